from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from strawberry import relay

from timelapse.cameras import actions as cameras
from timelapse.cameras.domain import Heartbeat
from timelapse.cameras.health import Health
from timelapse.cameras.models import Camera
from timelapse.frames.models import Preview

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TIMELINE = """query ($id: ID!, $since: DateTime!, $until: DateTime!) { node(id: $id) { ... on Camera {
  timeline(since: $since, until: $until) { bucketSeconds expected moreGaps buckets { at frames }
    gaps { beginsAt endsAt reason detail missed } } } } }"""
LIVE = """{ cameras { edges { node {
  preview { imageUrl width clock capturedAt } storedBytes drainSeconds } } } }"""
HISTORY = """query ($id: ID!, $since: DateTime!, $until: DateTime!) { node(id: $id) { ... on Camera {
  healthHistory(since: $since, until: $until) { since until pointSeconds
    temperatureCelsius { ...series } batteryPercent { ...series } driverBatteryPercent { ...series }
    diskFree { ...series } spoolPending { ...series } } } } }
  fragment series on HealthSeries { unit points { at low mean high } last { at value } }"""
HOUR = {"since": "2026-11-23T12:00:00Z", "until": "2026-11-23T13:00:00Z"}


@pytest.fixture
def id_(camera):
    return relay.to_base64("Camera", camera.pk)


@pytest.fixture
def camera(transactional_db):
    return cameras.enrol("Roof").camera


def test_a_day_of_a_camera_is_shown_with_its_gaps(member, camera, store, id_):
    for second in (0, 2, 4, 300, 302):
        store(camera, second=second, sequence=second)
    day = {"since": "2026-11-23T12:00:00Z", "until": "2026-11-23T12:10:00Z"}
    shown = member.ask(TIMELINE, id=id_, **day)["data"]["node"]["timeline"]
    assert (shown["bucketSeconds"], shown["expected"], shown["moreGaps"]) == (60, 30, 0)
    assert [bucket["frames"] for bucket in shown["buckets"]] == [3, 2]
    first, last = shown["gaps"]
    assert (first["beginsAt"], first["endsAt"]) == ("2026-11-23T12:00:04+00:00", "2026-11-23T12:05:00+00:00")
    assert (first["reason"], first["missed"]) == ("unknown", 147)
    assert last["endsAt"] == "2026-11-23T12:10:00+00:00"


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-23T12:00:00Z", "2026-11-23T11:00:00Z"),
        ("2016-11-23T12:00:00Z", "2026-11-23T11:00:00Z"),
        ("2026-11-23T11:00:00", "2026-11-23T12:00:00"),
    ],
)
def test_a_stretch_that_makes_no_sense_is_refused(member, camera, id_, since, until):
    answer = member.ask(TIMELINE, id=id_, since=since, until=until)
    assert answer["errors"][0]["extensions"]["code"] == "wrong_stretch"


def test_the_newest_preview_stored_bytes_and_the_spools_end_are_shown(member, camera, store):
    preview = Preview.objects.create(
        camera=camera,
        capture="preview-1",
        sequence=1,
        captured_at=NOON,
        clock="synced",
        width=320,
        height=200,
        bytes=6,
        file="x.jpg",
    )
    for _ in range(130):
        store(camera, bytes=1000)
    Camera.objects.filter(pk=camera.pk).update(spool_pending=70)
    (edge,) = member.ask(LIVE)["data"]["cameras"]["edges"]
    assert edge["node"]["preview"]["imageUrl"] == f"/media/previews/{preview.pk}.jpg"
    assert edge["node"]["storedBytes"] == 130_000
    assert edge["node"]["drainSeconds"] == pytest.approx(70 / (130 / 120 - 1 / 2))


def test_an_empty_spool_is_drained(member, camera):
    (edge,) = member.ask(LIVE)["data"]["cameras"]["edges"]
    assert edge["node"] == {"preview": None, "storedBytes": 0, "drainSeconds": 0}


def test_the_health_of_an_hour_is_shown_with_its_units(member, camera, id_):
    heartbeat = Heartbeat(seq=1, every_s=5, grace_s=5, state="idle", health=Health(temperature_c=48.5))
    cameras.record_heartbeat(camera.pk, heartbeat, now=NOON + timedelta(minutes=7))
    shown = member.ask(HISTORY, id=id_, **HOUR)["data"]["node"]["healthHistory"]
    assert shown["pointSeconds"] == 300
    assert shown["temperatureCelsius"] == {
        "unit": "°C",
        "points": [{"at": "2026-11-23T12:05:00+00:00", "low": 48.5, "mean": 48.5, "high": 48.5}],
        "last": {"at": "2026-11-23T12:07:00+00:00", "value": 48.5},
    }
    assert shown["spoolPending"]["unit"] == "captures"
    assert shown["batteryPercent"] is shown["driverBatteryPercent"] is shown["diskFree"] is None


def test_a_camera_that_never_reported_has_no_health_history(member, camera, id_):
    shown = member.ask(HISTORY, id=id_, **HOUR)["data"]["node"]["healthHistory"]
    assert {name for name, value in shown.items() if value is not None} == {"since", "until", "pointSeconds"}


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"),
        ("2026-10-01T12:00:00Z", "2026-11-23T12:00:00Z"),
        ("2026-11-23T11:00:00", "2026-11-23T12:00:00"),
    ],
)
def test_a_health_history_of_no_period_or_of_too_long_a_one_is_refused(member, camera, id_, since, until):
    answer = member.ask(HISTORY, id=id_, since=since, until=until)
    assert answer["errors"][0]["extensions"]["code"] == "wrong_stretch"
