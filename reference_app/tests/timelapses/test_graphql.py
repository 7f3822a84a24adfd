from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from strawberry import relay
from tests.factories import camera, frame, timelapse
from tests.held_locks import held_elsewhere

from timelapse.cameras.configuration import configure

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


ONE = """
query ($id: ID!) { node(id: $id) { ... on Timelapse {
  name state frameCount camera { name } latestFrame { sequence }
  frames(last: 2) { totalCount edges { cursor node { sequence thumbnailUrl } } }
  availableTransitions { name label allowed reasons { code message remedy } }
  locks { lock holder why token }
} } }
"""
LIST = """
{ timelapses(first: 50) { totalCount edges { node {
  id name frameCount latestFrame { imageUrl } camera { name }
} } } }
"""
APPLY = """
mutation ($input: TransitionInput!) { transition(input: $input) {
  created { __typename ... on Timelapse { name notes startsAt endsAt } }
  object { state ... on Timelapse { name notes startsAt endsAt } }
  errors { field code message remedy } } }
"""
OFFERED = """
query ($id: ID!) { node(id: $id) { ... on Stateful {
  availableTransitions { name allowed input { name kind default help } confirm { title } reasons { code } }
} } }
"""
NAMES = """
query ($archived: Boolean!) { timelapses(first: 50, archived: $archived) { edges { node { name } } } }
"""


def apply(asker, row, transition, **values):
    answer = asker.ask(APPLY, input={"id": gid(row), "name": transition, "input": values})
    return answer["data"]["transition"]


def offered(asker, row):
    found = asker.ask(OFFERED, id=gid(row))["data"]["node"]["availableTransitions"]
    return {each["name"]: each for each in found}


def names(asker, *, archived=False):
    edges = asker.ask(NAMES, archived=archived)["data"]["timelapses"]["edges"]
    return [edge["node"]["name"] for edge in edges]


@pytest.fixture
def manager(member, user):
    user.user_permissions.add(Permission.objects.get(codename="change_timelapse"))
    return member


def test_a_timelapse_shows_its_frames_what_is_offered_and_who_works_on_it(member):
    garden = timelapse()
    frames = [frame(garden.camera) for _ in range(3)]
    with held_elsewhere(garden, "render", "Movie 7") as held:
        token = held.token
        shown = member.ask(ONE, id=gid(garden))["data"]["node"]
    assert (shown["name"], shown["state"], shown["frameCount"]) == ("Garden", "ready", 3)
    assert shown["camera"] == {"name": "Roof"}
    assert shown["latestFrame"] == {"sequence": frames[-1].sequence}
    assert shown["frames"]["totalCount"] == 3
    assert [edge["node"]["sequence"] for edge in shown["frames"]["edges"]] == [
        each.sequence for each in frames[1:]
    ]
    offered = {each["name"]: each for each in shown["availableTransitions"]}
    assert list(offered) == [
        "render",
        "keep_latest_movie",
        "stop_latest_movie",
        "share",
        "edit",
        "change_retention",
        "stop",
        "archive",
        "start_deleting",
    ]
    render, keep, share, delete = (
        offered[name] for name in ("render", "keep_latest_movie", "share", "start_deleting")
    )
    assert (share["name"], share["allowed"]) == ("share", True)
    assert (render["name"], render["allowed"]) == ("render", True), "a second movie waits its turn"
    assert render["reasons"] == []
    assert (keep["name"], keep["allowed"]) == ("keep_latest_movie", True)
    assert [reason["code"] for reason in offered["stop_latest_movie"]["reasons"]] == ["no_latest_movie"]
    assert [reason["code"] for reason in offered["edit"]["reasons"]] == ["permission"]
    assert (delete["name"], delete["allowed"]) == ("start_deleting", False)
    assert [reason["code"] for reason in delete["reasons"]] == ["permission", "held"]
    assert [(hold["lock"], hold["why"], hold["token"]) for hold in shown["locks"]] == [
        ("render", "Movie 7", token)
    ]


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(member):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert "errors" not in member.ask(LIST)
        return len(queries)

    def add(number):
        for each in range(number):
            frame(timelapse(camera(f"Camera {each}")).camera)

    add(1)
    queries()
    few = queries()
    add(29)
    assert queries() == few
    assert member.ask(LIST)["data"]["timelapses"]["totalCount"] == 30


def test_a_timelapse_of_a_period_is_created_by_what_its_camera_offers(member, user):
    roof = camera()
    configured_in("Europe/Zurich", roof, user)
    fields = offered(member, roof)["create_timelapse"]["input"]
    assert [(field["name"], field["kind"]) for field in fields] == [
        ("name", "TEXT"),
        ("starts_at", "DATE_TIME"),
        ("ends_at", "DATE_TIME"),
        ("notes", "TEXT"),
    ]
    made = apply(
        member, roof, "create_timelapse", name=" Garden ", starts_at="2026-06-01T12:00", notes="By Ada"
    )
    assert made["errors"] == []
    assert made["created"] == {
        "__typename": "Timelapse",
        "name": "Garden",
        "notes": "By Ada",
        "startsAt": "2026-06-01T10:00:00+00:00",
        "endsAt": None,
    }


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": ""}, "name", "wrong_value"),
        ({"name": "  "}, "name", "name_missing"),
        ({"name": "G", "starts_at": "tomorrow"}, "starts_at", "wrong_value"),
        ({"name": "G", "starts_at": "2026-06-02T00:00", "ends_at": "2026-06-01"}, "ends_at", "ends_first"),
        ({"name": "G", "notes": "x" * 2001}, "notes", "wrong_value"),
        ({"name": "G", "owner": "Ada"}, "owner", "unknown_field"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_at_its_field(member, values, field, code):
    made = apply(member, camera(), "create_timelapse", **values)
    assert made["created"] is None
    assert [(error["field"], error["code"]) for error in made["errors"]] == [(field, code)]


def test_a_timelapse_is_edited_and_what_stays_as_it_looks_stays_as_it_is(manager, user):
    garden = timelapse()
    configured_in("Europe/Zurich", garden.camera, user)
    garden.starts_at = datetime(2026, 10, 25, 1, 30, 0, 250_000, tzinfo=UTC)  # the second 02:30 of that night
    garden.save()
    at_first = {field["name"]: field["default"] for field in offered(manager, garden)["edit"]["input"]}
    assert at_first == {"name": "Garden", "notes": "", "starts_at": "2026-10-25T02:30:00", "ends_at": None}
    done = apply(
        manager,
        garden,
        "edit",
        **{**at_first, "name": "Harbour", "ends_at": "2026-10-26T00:00", "notes": "x"},
    )
    assert done["errors"] == []
    assert done["object"] == {
        "state": "ready",
        "name": "Harbour",
        "notes": "x",
        "startsAt": "2026-10-25T01:30:00.250000+00:00",
        "endsAt": "2026-10-25T23:00:00+00:00",
    }


def test_a_stopped_timelapse_has_no_later_frames(manager):
    garden = timelapse()
    before = frame(garden.camera)
    assert apply(manager, garden, "stop")["errors"] == []
    frame(garden.camera, at=timezone.now() + timedelta(minutes=1))
    garden.refresh_from_db()
    assert list(garden.frames()) == [before]
    again = apply(manager, garden, "stop")
    assert [error["code"] for error in again["errors"]] == ["over"]


def test_an_archived_timelapse_is_over_and_is_listed_for_those_who_ask(manager):
    garden, _ = timelapse(), timelapse(name="Harbour")
    garden.latest_every_s = 3600
    garden.save()
    assert apply(manager, garden, "archive")["object"]["state"] == "archived"
    assert (names(manager), names(manager, archived=True)) == (["Harbour"], ["Garden"])
    garden.refresh_from_db()
    assert garden.ends_at is not None
    assert garden.latest_every_s is None
    assert list(offered(manager, garden)) == ["change_retention", "bring_back", "start_deleting"]
    assert apply(manager, garden, "bring_back")["object"]["state"] == "ready"
    assert names(manager) == ["Garden", "Harbour"]


@pytest.mark.parametrize("name", ["stop", "archive"])
def test_what_has_not_begun_is_neither_stopped_nor_archived(manager, name):
    garden = timelapse()
    garden.starts_at = timezone.now() + timedelta(days=1)
    garden.save()
    assert [error["code"] for error in apply(manager, garden, name)["errors"]] == ["not_begun"]


@pytest.mark.parametrize("name", ["edit", "stop", "archive"])
def test_changing_a_timelapse_needs_its_permission(member, name):
    garden = timelapse()
    values = {"name": "Harbour"} if name == "edit" else {}
    assert [error["code"] for error in apply(member, garden, name, **values)["errors"]] == ["permission"]
    garden.refresh_from_db()
    assert (garden.name, garden.state, garden.ends_at) == ("Garden", "ready", None)


def test_a_camera_lists_its_timelapses_that_are_not_archived(member):
    roof = camera()
    timelapse(roof)
    old = timelapse(roof, name="Old")
    old.archive()
    old.save()
    asked = "query ($id: ID!) { node(id: $id) { ... on Camera { timelapses { name } } } }"
    assert member.ask(asked, id=gid(roof))["data"]["node"] == {"timelapses": [{"name": "Garden"}]}


@pytest.mark.parametrize("query", [LIST, '{ node(id: "VGltZWxhcHNlOjE=") { id } }'])
def test_anonymous_users_see_nothing(anonymous, query):
    timelapse()
    answer = anonymous.ask(query)
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


def test_anonymous_users_make_nothing(anonymous):
    answer = anonymous.ask(APPLY, input={"id": gid(camera()), "name": "create_timelapse", "input": {}})
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


def configured_in(zone, of, user):
    user.user_permissions.add(Permission.objects.get(codename="change_camera"))
    configure(of, {"interval_s": 60.0, "schedule": {"timezone": zone}}, by=User.objects.get(pk=user.pk))
