from __future__ import annotations

import re
import shutil

import pytest
from strawberry import relay
from strawberry.types.base import get_object_definition
from tests.factories import NOON, frame, timelapse

from timelapse.frames.models import Frame
from timelapse.rendering import queries, sounds
from timelapse.rendering.graphql.options import FrameSelectionInput, MovieStyleInput
from timelapse.rendering.models import Movie
from timelapse.rendering.presets import PRESETS
from timelapse.rendering.selection import Selection
from timelapse.rendering.sound_intake import add_sound
from timelapse.rendering.style import Style

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

RENDER = """
mutation ($input: RenderTimelapseInput!) { renderTimelapse(input: $input) {
  movie { id name state fps width height frameCount timelapse { id } causalId }
  timelapse { id name } errors { field code message remedy } } }
"""
TRANSITION = """
mutation ($input: TransitionInput!) { transition(input: $input) {
  object { id state availableTransitions { name label allowed } } deletedId undo
  errors { field code message remedy } } }
"""


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


@pytest.fixture
def garden(media):
    made = timelapse()
    frame(made.camera)
    return made


@pytest.fixture
def movie(garden):
    return Movie.objects.create(timelapse=garden, fps=30, width=64, height=48)


def test_requesting_a_movie_returns_its_edge_and_the_timelapse(member, garden):
    answer = member.ask(RENDER, input={"timelapse": gid(garden)})["data"]["renderTimelapse"]
    assert answer["errors"] == []
    movie = answer["movie"]
    assert (movie["state"], movie["fps"], movie["width"], movie["height"]) == ("queued", 30, 640, 272)
    assert movie["frameCount"] == 1
    assert movie["timelapse"]["id"] == answer["timelapse"]["id"] == gid(garden)
    assert len(movie["causalId"]) == 32


def test_impossible_fields_are_named(member, garden):
    options = {"timelapse": gid(garden), "fps": 1000, "width": 2}
    answer = member.ask(RENDER, input=options)["data"]["renderTimelapse"]
    assert answer["movie"] is None
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [
        ("fps", "fps_out_of_range"),
        ("width", "width_out_of_range"),
    ]


def test_the_form_says_how_large_a_sound_may_be(member, garden, settings):
    settings.TIMELAPSE = {"max_sound_bytes": 20_000_000}
    query = """query ($id: ID!) { node(id: $id) { ... on Timelapse { renderForm {
      soundLimit { bytes reason { code message } } } } } }"""
    assert member.ask(query, id=gid(garden))["data"]["node"]["renderForm"]["soundLimit"] == {
        "bytes": 20_000_000,
        "reason": {"code": "sound_too_large", "message": "The file is larger than 20 MB."},
    }


def test_every_preset_fills_the_form_with_what_it_means(member, garden):
    query = """query ($id: ID!) { node(id: $id) { ... on Timelapse { renderForm {
      groups { name fields { name kind default maximum choices { value } } } presets { name values }
      firstCapturedAt lastCapturedAt longestTitle } } } }"""
    Frame.objects.update(captured_at=NOON)
    form = member.ask(query, id=gid(garden))["data"]["node"]["renderForm"]
    assert form["firstCapturedAt"] == form["lastCapturedAt"] is not None
    fields = {group["name"]: group["fields"] for group in form["groups"]}
    accepted = {"selection": FrameSelectionInput, "style": MovieStyleInput}
    for name, type_ in accepted.items():
        graphql_names = {
            re.sub("_(.)", lambda letter: letter[1].upper(), field.python_name)
            for field in get_object_definition(type_, strict=True).fields
        }
        assert graphql_names == {field["name"] for field in fields[name]}
    for preset in form["presets"]:
        chosen = {
            group: {
                field["name"]: preset["values"][group][field["name"]]
                for field in fields[group]
                if preset["values"][group][field["name"]] != field["default"]
            }
            for group in fields
        }
        for group, each in fields.items():
            for field in each:
                offered = [choice["value"] for choice in field["choices"]]
                assert not offered or preset["values"][group][field["name"]] in offered
        captured = form["firstCapturedAt"]
        variables = {"timelapse": gid(garden), "from": captured, "title": preset["name"], **chosen}
        wanted = PRESETS[preset["name"]]
        answer = member.ask(RENDER, input=variables)["data"]["renderTimelapse"]
        assert answer["errors"] == []
        movie = Movie.objects.get(title=preset["name"])
        assert Selection.from_json(movie.selection) == wanted.selection
        assert Style.from_json(movie.style) == wanted.style


def test_a_time_without_frames_names_its_field(member, garden):
    options = {"timelapse": gid(garden), "from": "2031-01-01T00:00:00+01:00"}
    answer = member.ask(RENDER, input=options)["data"]["renderTimelapse"]
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [("from", "no_frame_chosen")]


def test_reasons_why_not_are_errors_of_the_payload(member, media):
    empty = timelapse()
    answer = member.ask(RENDER, input={"timelapse": gid(empty)})["data"]["renderTimelapse"]
    assert [(error["code"], error["message"]) for error in answer["errors"]] == [
        ("no_frames", "There are no frames yet.")
    ]
    assert answer["timelapse"]["id"] == gid(empty)


@pytest.mark.parametrize(
    "wrong",
    [relay.to_base64("Timelapse", 4711), relay.to_base64("Movie", 1), relay.to_base64("Timelapse", "x")],
)
def test_a_missing_timelapse_is_reported(member, wrong):
    answer = member.ask(RENDER, input={"timelapse": wrong})["data"]["renderTimelapse"]
    assert [error["code"] for error in answer["errors"]] == ["no_timelapse"]


def apply(member, movie, name):
    return member.ask(TRANSITION, input={"id": gid(movie), "name": name})["data"]["transition"]


def test_a_movie_is_cancelled_retried_and_deleted(member, movie):
    cancelled = apply(member, movie, "cancel")["object"]
    assert cancelled["state"] == "cancelled"
    assert {each["name"]: each["label"] for each in cancelled["availableTransitions"]} == {
        "retry": "Retry",
        "start_over": "Start over",
        "rename": "Rename",
        "trash": "Delete",
    }
    assert apply(member, movie, "retry")["object"]["state"] == "queued"
    apply(member, movie, "cancel")
    trashed = apply(member, movie, "trash")
    assert (trashed["object"]["state"], trashed["undo"]) == ("trashed", "restore_unfinished")
    gone = apply(member, movie, "delete_for_good")
    assert gone == {"object": None, "deletedId": gid(movie), "undo": None, "errors": []}
    assert queries.movie_by_id(movie.pk) is None


def test_a_movie_is_renamed_by_the_transition_that_the_page_offers(member, movie):
    asked = {"id": gid(movie), "name": "rename", "input": {"title": "Spring"}}
    answer = member.ask(TRANSITION, input=asked)["data"]["transition"]
    assert answer["errors"] == []
    movie.refresh_from_db()
    assert movie.title == "Spring"


def test_a_click_is_one_message_on_the_channel(member, garden, channel):
    group = f"timelapse.{garden.pk}"
    member.ask(RENDER, input={"timelapse": gid(garden)})
    movie = Movie.objects.get()
    assert channel() == [(group, {"movie": movie.pk})]
    for name in ("cancel", "retry", "cancel"):
        apply(member, movie, name)
        assert channel() == [(group, {"movie": movie.pk})]
    apply(member, movie, "trash")
    assert channel() == [(group, {"movie": movie.pk})]
    apply(member, movie, "delete_for_good")
    # Two states, "deleting" and "deleted", one after the other; events that still wait are merged.
    assert channel() in [[(group, {"movie": movie.pk})] * count for count in (1, 2)]


def test_a_refusal_is_returned_with_the_current_movie(member, movie):
    for name in ("retry", "trash"):
        answer = apply(member, movie, name)
        assert (answer["object"]["state"], answer["deletedId"]) == ("queued", None)
        assert [error["code"] for error in answer["errors"]] == ["state"]


def test_a_missing_movie_is_reported(member, user):
    answer = member.ask(TRANSITION, input={"id": relay.to_base64("Movie", 4711), "name": "cancel"})
    assert answer["errors"][0]["extensions"]["code"] == "not_found"


@pytest.mark.parametrize("name", ["render", "cancel", "retry", "trash"])
def test_anonymous_users_change_nothing(anonymous, movie, garden, name):
    if name == "render":
        answer = anonymous.ask(RENDER, input={"timelapse": gid(garden)})
    else:
        answer = anonymous.ask(TRANSITION, input={"id": gid(movie), "name": name})
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"
    movie.refresh_from_db()
    assert movie.state == "queued"
    assert Movie.objects.count() == 1


COMPOSE = """
mutation ($input: RenderTimelapseInput!) { renderTimelapse(input: $input) {
  movie { frameCount selectionNotes { code text frames leftOut } } errors { field code } } }
"""


def test_a_movie_is_composed_of_selected_frames(member, garden):
    frame(garden.camera)
    options = {
        "timelapse": gid(garden),
        "selection": {"every": 2, "skipDark": True},
        "style": {"deflicker": True, "labelText": "Roof", "fadeSeconds": 1},
    }
    answer = member.ask(COMPOSE, input=options)["data"]["renderTimelapse"]
    assert answer["errors"] == []
    movie = answer["movie"]
    assert movie["frameCount"] == 1
    assert [(note["code"], note["frames"], note["leftOut"]) for note in movie["selectionNotes"]] == [
        ("every", 1, True),
        ("not_measured", 1, False),
    ]
    assert Movie.objects.get().style["label_text"] == "Roof"


def test_impossible_compositions_are_named_by_their_fields(member, garden):
    options = {
        "timelapse": gid(garden),
        "selection": {"windows": ["noonish"], "lengthSeconds": 0},
        "style": {"labelText": "富士山", "fit": "stretched", "focus": "0,150"},
    }
    answer = member.ask(COMPOSE, input=options)["data"]["renderTimelapse"]
    assert {(error["field"], error["code"]) for error in answer["errors"]} == {
        ("windows", "window_invalid"),
        ("length_s", "length_out_of_range"),
        ("label_text", "glyphs_missing"),
        ("fit", "unknown_fit"),
        ("focus", "focus_invalid"),
    }


def test_the_page_renders_by_a_preset(member, garden):
    values = {"fps": 24, "size": "as_pictures", "preset": "sky", "label_text": "Roof", "end_text": ""}
    sent = {"id": gid(garden), "name": "render", "input": values}
    answer = member.ask(TRANSITION, input=sent)["data"]["transition"]
    assert answer["errors"] == []
    assert Movie.objects.get().style == {"deflicker": True, "label_time": True, "label_text": "Roof"}


OFFERED = """
query ($id: ID!) { node(id: $id) { ... on Timelapse {
  availableTransitions { name input { name choices { value label } } } } } }
"""


def test_every_preset_is_offered_by_its_name(member, garden):
    offered = member.ask(OFFERED, id=gid(garden))["data"]["node"]["availableTransitions"]
    (render,) = [each for each in offered if each["name"] == "render"]
    (field,) = [each for each in render["input"] if each["name"] == "preset"]
    assert field["choices"] == [{"value": name, "label": preset.label} for name, preset in PRESETS.items()]


SOUND = """
mutation ($input: RenderTimelapseInput!) { renderTimelapse(input: $input) {
  movie { sound { name repeats volume } } errors { field code } } }
"""


def test_a_movie_has_the_sound_that_was_added(member, garden, sound):
    file = sounds.incoming_folder() / "arriving"
    shutil.copy(sound(), file)
    sha256 = add_sound(file, "Song.wav").sha256
    given = {"sha256": sha256, "repeats": False, "volume": 80}
    answer = member.ask(SOUND, input={"timelapse": gid(garden), "sound": given})["data"]["renderTimelapse"]
    assert answer["errors"] == []
    assert answer["movie"]["sound"] == {"name": "Song.wav", "repeats": False, "volume": 80}
    silent = member.ask(SOUND, input={"timelapse": gid(garden)})["data"]["renderTimelapse"]
    assert silent["movie"]["sound"] is None


def test_an_impossible_sound_is_named_by_its_field(member, garden):
    for given, field, code in (
        ({"sha256": "0" * 64}, "sound", "no_sound"),
        ({"sha256": "0" * 64, "volume": 0}, "volume", "volume_out_of_range"),
    ):
        answer = member.ask(SOUND, input={"timelapse": gid(garden), "sound": given})["data"]
        assert answer["renderTimelapse"]["errors"] == [{"field": field, "code": code}]
