from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay
from tests.factories import camera, frame, timelapse
from tests.held_locks import held_elsewhere

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
CREATE = """
mutation ($input: CreateTimelapseInput!) { createTimelapse(input: $input) {
  timelapse { id name state } errors { field code message remedy } } }
"""


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
    render, keep, stop, share, delete = shown["availableTransitions"]
    assert (share["name"], share["allowed"]) == ("share", True)
    assert (render["name"], render["allowed"]) == ("render", True), "a second movie waits its turn"
    assert render["reasons"] == []
    assert (keep["name"], keep["allowed"]) == ("keep_latest_movie", True)
    assert (stop["name"], [reason["code"] for reason in stop["reasons"]]) == (
        "stop_latest_movie",
        ["no_latest_movie"],
    )
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


def test_a_timelapse_is_made_by_a_mutation(member):
    made = member.ask(CREATE, input={"camera": gid(camera()), "name": "Garden"})["data"]["createTimelapse"]
    assert made["errors"] == []
    assert (made["timelapse"]["name"], made["timelapse"]["state"]) == ("Garden", "ready")


@pytest.mark.parametrize(
    "wrong", ["Q2FtZXJhOm5vdC1hLXV1aWQ=", "TW92aWU6MQ==", relay.to_base64("Camera", "0" * 32)]
)
def test_a_missing_camera_is_reported_as_an_error_of_the_payload(member, wrong):
    answer = member.ask(CREATE, input={"camera": wrong, "name": "Garden"})["data"]["createTimelapse"]
    assert answer["timelapse"] is None
    assert [error["code"] for error in answer["errors"]] == ["no_camera"]


@pytest.mark.parametrize("query", [LIST, '{ node(id: "VGltZWxhcHNlOjE=") { id } }'])
def test_anonymous_users_see_nothing(anonymous, query):
    timelapse()
    answer = anonymous.ask(query)
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


def test_anonymous_users_make_nothing(anonymous):
    answer = anonymous.ask(CREATE, input={"camera": gid(camera()), "name": "Garden"})
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"
