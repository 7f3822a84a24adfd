"""The frames of a timelapse as the page asks for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay
from tests.factories import NOON, camera, frame, timelapse
from tests.frames.bulk import make_frames

from timelapse.cameras.models import Configuration
from timelapse.frames.models import Frame

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = """
query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: DateTime, $from: DateTime,
       $to: DateTime, $every: Int = 1) {
  node(id: $id) { ... on Timelapse {
    frames(first: $first, after: $after, last: $last, before: $before, around: $around, from: $from, to: $to,
           every: $every) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { sequence } }
} } } }
"""
AT = """query ($id: ID!, $time: DateTime!) { node(id: $id) { ... on Timelapse {
  frameAt(time: $time) { distanceSeconds frame { sequence } } } } }"""
COUNTS = """query ($id: ID!, $by: CountBy!, $from: DateTime, $to: DateTime) {
  node(id: $id) { ... on Timelapse {
  timezone frameCounts(by: $by, from: $from, to: $to) { at frames } } } }"""
NIGHTS = """query ($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Timelapse {
  nights(from: $from, to: $to) { beginsAt endsAt } } } }"""
HIDE = """mutation ($input: HideFrameInput!) { hideFrame(input: $input) {
  frame { hidden { by } } errors { code } } }"""


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


@pytest.fixture
def garden():
    filmed = timelapse()
    make_frames(filmed.camera, 250, begin=NOON, every=timedelta(minutes=10))
    return filmed


def page_of(member, row, **arguments):
    return member.ask(PAGE, id=gid(row), **arguments)["data"]["node"]["frames"]


def code(answer):
    assert {error["extensions"]["kind"] for error in answer["errors"]} == {"REFUSED"}
    return answer["errors"][-1]["extensions"]["code"]


def test_every_frame_is_reached_from_either_end(member, garden):
    forwards, cursor = [], None
    while True:
        page = page_of(member, garden, first=100, after=cursor)
        forwards += [edge["node"]["sequence"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert forwards == list(range(250))
    assert page["totalCount"] == 250
    newest = page_of(member, garden, last=2)
    before = page_of(member, garden, last=2, before=newest["pageInfo"]["startCursor"])
    assert [edge["node"]["sequence"] for edge in before["edges"]] == [246, 247]


def test_a_frame_knows_its_own_cursor(member, garden):
    third = garden.frames()[2]
    query = "query ($id: ID!) { node(id: $id) { ... on Frame { cursor } } }"
    cursor = member.ask(query, id=gid(third))["data"]["node"]["cursor"]
    (following,) = page_of(member, garden, first=1, after=cursor)["edges"]
    assert following["node"]["sequence"] == 3


def test_a_page_around_a_moment_is_thinned_within_limits(member, garden):
    page = page_of(
        member,
        garden,
        first=4,
        around=(NOON + timedelta(hours=10)).isoformat(),
        to=(NOON + timedelta(hours=11)).isoformat(),
        every=3,
    )
    assert [edge["node"]["sequence"] for edge in page["edges"]] == [54, 57, 60, 63]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (22, False)


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        ({"first": 100_000}, "bad_page_size"),
        ({"last": -1}, "bad_page_size"),
        ({"after": "nonsense"}, "malformed_cursor"),
        ({"after": relay.to_base64("arrayconnection", 5)}, "malformed_cursor"),
        ({"before": relay.to_base64("frame", "1:2")}, "malformed_cursor"),
        ({"first": 1, "last": 1}, "bad_page"),
        ({"every": 0}, "bad_page"),
        ({"from": "9999-12-31T00:00:00Z"}, "bad_page"),
        ({"from": "2026-06-01T12:00:00"}, "bad_page"),
    ],
)
def test_a_page_that_can_not_be_is_refused_with_the_reason(member, garden, arguments, refused):
    assert code(member.ask(PAGE, id=gid(garden), **arguments)) == refused


def test_a_cursor_of_a_frame_pages_no_other_list(member, garden):
    cursor = page_of(member, garden, first=1)["pageInfo"]["endCursor"]
    query = "query ($c: String) { timelapses(after: $c) { edges { node { id } } } }"
    answer = member.ask(query, c=cursor)
    assert answer["errors"][0]["extensions"]["code"] == "malformed_cursor"


def test_the_nearest_frame_is_found_with_its_distance(member, garden):
    at = member.ask(AT, id=gid(garden), time=(NOON + timedelta(minutes=24)).isoformat())["data"]["node"][
        "frameAt"
    ]
    assert at == {"distanceSeconds": -240.0, "frame": {"sequence": 2}}
    empty = timelapse(camera("Empty"))
    assert member.ask(AT, id=gid(empty), time=NOON.isoformat())["data"]["node"]["frameAt"] is None
    assert code(member.ask(AT, id=gid(garden), time="0001-01-01T00:00:00Z")) == "bad_moment"


def test_frames_are_counted_by_the_day_and_the_hour_of_the_camera(member, garden):
    garden.camera.health = {"timezone": "Europe/Zurich"}
    garden.camera.save()
    found = member.ask(COUNTS, id=gid(garden), by="DAY")["data"]["node"]
    assert found["timezone"] == "Europe/Zurich"
    assert found["frameCounts"] == [
        {"at": "2026-06-01T00:00:00+02:00", "frames": 60},
        {"at": "2026-06-02T00:00:00+02:00", "frames": 144},
        {"at": "2026-06-03T00:00:00+02:00", "frames": 46},
    ]
    hours = member.ask(COUNTS, id=gid(garden), by="HOUR", to="2026-06-01T14:00:00Z")["data"]["node"]
    assert hours["frameCounts"] == [
        {"at": "2026-06-01T14:00:00+02:00", "frames": 6},
        {"at": "2026-06-01T15:00:00+02:00", "frames": 6},
    ]


def test_too_long_a_period_is_refused_and_an_empty_one_has_no_counts(member, garden):
    make_frames(garden.camera, 1, begin=NOON + timedelta(days=90), first=900)
    assert code(member.ask(COUNTS, id=gid(garden), by="HOUR")) == "bad_period"
    later = member.ask(COUNTS, id=gid(garden), by="HOUR", **{"from": "2027-01-01T00:00:00Z"})
    assert later["data"]["node"]["frameCounts"] == []
    empty = member.ask(COUNTS, id=gid(timelapse(camera("Empty"))), by="DAY")["data"]["node"]
    assert empty == {"timezone": None, "frameCounts": []}


def test_nights_are_known_where_the_place_of_the_camera_is(member, garden):
    period = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-02T00:00:00Z"}
    assert member.ask(NIGHTS, id=gid(garden), **period)["data"]["node"]["nights"] is None
    place = {"latitude": 47.4, "longitude": 8.5}
    Configuration.objects.create(camera=garden.camera, revision=2, interval_s=10, schedule=place)
    assert len(member.ask(NIGHTS, id=gid(garden), **period)["data"]["node"]["nights"]) == 2
    assert (
        code(member.ask(NIGHTS, id=gid(garden), **{**period, "to": "2027-06-02T00:00:00Z"})) == "bad_period"
    )


def test_a_page_of_frames_takes_as_many_queries_however_many_there_are(member, garden):
    def queries(first):
        with CaptureQueriesContext(connection) as asked:
            assert len(page_of(member, garden, first=first)["edges"]) == first
        return len(asked)

    queries(1)
    assert queries(1) == queries(100)


def test_a_large_thumbnail_is_the_picture_itself_unless_that_is_larger(member, garden):
    small, large = Frame.objects.all()[:2]
    Frame.objects.filter(pk=large.pk).update(width=4000, height=3000)
    query = "query ($id: ID!) { node(id: $id) { ... on Frame { thumbnailUrl(size: LARGE) } } }"
    urls = [member.ask(query, id=gid(each))["data"]["node"]["thumbnailUrl"] for each in (small, large)]
    assert urls == [f"/media/frames/{small.pk}.jpg", f"/media/large-thumbnails/{large.pk}.jpg"]


def test_a_hidden_frame_is_in_no_movie_until_it_is_taken_back_in(member, user, garden):
    bad = garden.frames()[7]
    refused = member.ask(HIDE, input={"frame": gid(bad)})["data"]["hideFrame"]
    assert [error["code"] for error in refused["errors"]] == ["permission"]
    user.user_permissions.add(Permission.objects.get(codename="change_frame"))
    hidden = member.ask(HIDE, input={"frame": gid(bad)})["data"]["hideFrame"]
    assert hidden == {"frame": {"hidden": {"by": "editor"}}, "errors": []}
    assert (garden.shown_frames().count(), garden.frames().count()) == (249, 250)
    shown = member.ask(HIDE, input={"frame": gid(bad), "hidden": False})["data"]["hideFrame"]
    assert shown == {"frame": {"hidden": None}, "errors": []}
    assert garden.shown_frames().count() == 250


@pytest.mark.parametrize("wrong", [relay.to_base64("Frame", 10**12), relay.to_base64("Movie", 1)])
def test_a_frame_that_does_not_exist_can_not_be_hidden(member, user, wrong):
    user.user_permissions.add(Permission.objects.get(codename="change_frame"))
    answer = member.ask(HIDE, input={"frame": wrong})["data"]["hideFrame"]
    assert answer == {"frame": None, "errors": [{"code": "no_frame"}]}


def test_a_camera_reports_of_an_exposure_what_it_likes_and_so_much_is_shown(member):
    taken = frame(camera())
    taken.exposure = {"iso": 100, "shutter_s": 0.01, "lens": "x" * 500, "nested": {"a": 1}}
    taken.save()
    query = "query ($id: ID!) { node(id: $id) { ... on Frame { exposure { name value } } } }"
    assert member.ask(query, id=gid(taken))["data"]["node"]["exposure"] == [
        {"name": "iso", "value": "100"},
        {"name": "lens", "value": "x" * 80},
        {"name": "shutter_s", "value": "0.01"},
    ]
