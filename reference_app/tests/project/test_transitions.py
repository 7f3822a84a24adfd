from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from strawberry import relay
from tests.factories import frame, timelapse

import fsmlock
from fsmlock import Confirmation, InputField, Offer
from timelapse.rendering.models import Movie
from timelapse.timelapses.models import Timelapse

pytestmark = pytest.mark.django_db(transaction=True)

TRANSITION = """mutation ($input: TransitionInput!) { transition(input: $input) {
  object { __typename state stateLabel availableTransitions { name } } created { __typename state }
  deletedId errors { field code message remedy } } }"""
OFFERS = """query ($id: ID!) { node(id: $id) { ... on Stateful { availableTransitions {
  name label kind confirm { title text } input { name kind label default unit minimum maximum help
  choices { value label } } allowed reasons { code } } } } }"""


@pytest.fixture
def garden(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = timelapse()
    frame(made.camera)
    return made


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


def apply(asker, row, name, /, **values):
    answer = asker.ask(TRANSITION, input={"id": gid(row), "name": name, "input": values})
    return answer["data"]["transition"]


@pytest.fixture
def renaming(monkeypatch):
    """A transition that is declared later than the page: nothing else knows of it."""

    def rename(self, name):
        self.name = name
        self.save()

    declared = fsmlock.action(
        label="Rename",
        permission="timelapses.render_timelapse",
        offer=Offer(
            confirm=Confirmation(title="Rename %(object)s?", text="Links stay as they are."),
            input=(InputField(name="name", kind="text", label="Name", default="", minimum=1, maximum=80),),
        ),
    )
    monkeypatch.setattr(Timelapse, "rename", declared(rename), raising=False)


def test_a_transition_that_is_declared_later_is_offered_with_all_that_a_page_needs(member, garden, renaming):
    offers = member.ask(OFFERS, id=gid(garden))["data"]["node"]["availableTransitions"]
    (offer,) = [each for each in offers if each["name"] == "rename"]
    assert (offer["label"], offer["kind"], offer["allowed"], offer["reasons"]) == (
        "Rename",
        "NORMAL",
        True,
        [],
    )
    assert offer["confirm"] == {"title": "Rename Garden?", "text": "Links stay as they are."}
    (field,) = offer["input"]
    assert (field["name"], field["kind"], field["minimum"], field["maximum"]) == ("name", "TEXT", 1, 80)


def test_a_transition_that_is_declared_later_works_by_its_name(member, garden, renaming):
    answer = apply(member, garden, "rename", name="Harbour")
    assert (answer["object"]["__typename"], answer["errors"]) == ("Timelapse", [])
    garden.refresh_from_db()
    assert garden.name == "Harbour"


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": ""}, "name", "wrong_value"),
        ({"name": "x" * 81}, "name", "wrong_value"),
        ({"name": 7}, "name", "wrong_value"),
        ({"name": None}, "name", "wrong_value"),
        ({}, "name", "wrong_value"),
        ({"name": "x", "colour": 1}, "colour", "unknown_field"),
    ],
)
def test_a_value_that_does_not_fit_is_named_and_nothing_happens(
    member, garden, renaming, values, field, code
):
    (error,) = apply(member, garden, "rename", **values)["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["remedy"]
    garden.refresh_from_db()
    assert garden.name == "Garden"


def test_a_render_is_requested_with_the_values_of_its_fields(member, garden):
    answer = apply(member, garden, "render", fps=24, size="640x360")
    assert (answer["created"], answer["errors"]) == ({"__typename": "Movie", "state": "queued"}, [])
    movie = Movie.objects.get()
    assert (movie.fps, movie.width, movie.height) == (24, 640, 360)


def test_a_timelapse_is_deleted_by_its_transition(member, user, garden):
    (error,) = apply(member, garden, "start_deleting")["errors"]
    assert error["code"] == "permission"
    user.user_permissions.add(Permission.objects.get(codename="delete_timelapse"))
    answer = apply(member, garden, "start_deleting", stop_movies=False)
    assert (answer["object"], answer["deletedId"], answer["errors"]) == (None, gid(garden), [])


@pytest.mark.parametrize("name", ["launch", "finish_deleting", "__class__", "name", ""])
def test_what_is_no_transition_for_people_is_refused(member, garden, name):
    (error,) = apply(member, garden, name)["errors"]
    assert error["code"] == "unknown_transition"


def test_who_may_not_see_an_object_can_do_nothing_with_it(member, user, garden):
    user.user_permissions.remove(Permission.objects.get(codename="view_timelapse"))
    answer = apply(member, garden, "render")
    assert (answer["object"], [error["code"] for error in answer["errors"]]) == (None, ["permission"])
    assert not Movie.objects.exists()


def test_an_object_without_transitions_is_not_found(member, garden):
    picture = garden.frames().first()
    answer = member.ask(TRANSITION, input={"id": gid(picture), "name": "render"})
    assert answer["errors"][0]["extensions"]["code"] == "not_found"
