from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timelapse.cameras import actions, domain
from timelapse.cameras.health import Health
from timelapse.cameras.health_history import Measure, Reading, health_series, trim_samples
from timelapse.cameras.models import Camera, HealthSample
from timelapse.cameras.sample_slots import KEPT, SLOT, ChartSlots, begin_of, slot_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def camera():
    return actions.enrol("Roof").camera.pk


def beat(camera, at, temperature=None, **more):
    health = Health(temperature_c=temperature)
    heartbeat = domain.Heartbeat(seq=1, every_s=5, grace_s=10, state="capturing", health=health, **more)
    actions.record_heartbeat(camera, heartbeat, now=at)


def series(camera, since=NOON, until=NOON + HOUR):
    return {one.measure: one for one in health_series(camera, ChartSlots.between(since, until))}


def test_the_first_heartbeat_in_five_minutes_is_kept(camera):
    for second, temperature in ((0, 41), (5, 63), (299, 70), (300, 52)):
        beat(camera, NOON + timedelta(seconds=second), temperature)
    points = series(camera)[Measure.TEMPERATURE].points
    assert [(point.at, point.mean) for point in points] == [(NOON, 41), (NOON + SLOT, 52)]


def test_a_heartbeat_whose_slot_has_a_sample_writes_none(camera, django_assert_num_queries):
    with django_assert_num_queries(3):
        beat(camera, NOON)
    with django_assert_num_queries(2):
        beat(camera, NOON + timedelta(seconds=5))


def test_two_heartbeats_at_once_leave_one_sample(camera):
    beat(camera, NOON)
    HealthSample.objects.bulk_create(
        [HealthSample(camera_id=camera, slot=slot_of(NOON), at=NOON)], ignore_conflicts=True
    )
    assert HealthSample.objects.count() == 1


def test_a_heartbeat_of_a_camera_that_is_gone_leaves_no_sample(camera):
    Camera.objects.all().delete()
    beat(camera, NOON)
    assert not HealthSample.objects.exists()


def test_what_was_not_measured_is_no_zero(camera):
    beat(camera, NOON)
    assert set(series(camera)) == {Measure.SPOOL_PENDING}


def test_a_measure_that_stopped_has_points_and_no_last_reading(camera):
    beat(camera, NOON, 41)
    beat(camera, NOON + SLOT)
    found = series(camera)
    assert [point.at for point in found[Measure.TEMPERATURE].points] == [NOON]
    assert found[Measure.TEMPERATURE].last is None
    assert found[Measure.SPOOL_PENDING].last == Reading(at=NOON + SLOT, value=0)


def test_all_that_a_chart_shows_of_a_heartbeat_is_kept(camera):
    at = NOON + timedelta(minutes=2)
    health = Health(temperature_c=48.3, battery_percent=80, driver_battery_percent=15.5)
    heartbeat = domain.Heartbeat(
        seq=1,
        every_s=5,
        grace_s=10,
        state="idle",
        spool_pending=7,
        disk_free=9_007_199_254_740_991,
        health=health,
    )
    actions.record_heartbeat(camera, heartbeat, now=at)
    assert {measure: one.last for measure, one in series(camera).items()} == {
        Measure.TEMPERATURE: Reading(at=at, value=48.3),
        Measure.BATTERY: Reading(at=at, value=80),
        Measure.CAMERA_BATTERY: Reading(at=at, value=15.5),
        Measure.DISK_FREE: Reading(at=at, value=9_007_199_254_740_991),
        Measure.SPOOL_PENDING: Reading(at=at, value=7),
    }


def test_silence_is_a_gap(camera):
    for minutes in (0, 5, 40, 45):
        beat(camera, NOON + timedelta(minutes=minutes))
    points = series(camera)[Measure.SPOOL_PENDING].points
    assert [(point.at - NOON) / timedelta(minutes=1) for point in points] == [0, 5, 40, 45]


def test_a_chart_takes_two_queries_whatever_its_length(camera, django_assert_num_queries):
    for hours in range(0, 700, 7):
        beat(camera, NOON + hours * HOUR, 40)
    for length in (HOUR, timedelta(days=30)):
        with django_assert_num_queries(2):
            assert series(camera, until=NOON + length)


def test_other_cameras_and_other_times_are_in_no_chart(camera):
    other = actions.enrol("Garden").camera.pk
    beat(other, NOON, 20)
    beat(camera, NOON - SLOT, 21)
    beat(camera, NOON + HOUR, 22)
    assert series(camera) == {}


def test_old_samples_are_removed_and_newer_ones_stay(camera):
    beat(camera, NOON)
    beat(camera, NOON + SLOT)
    assert trim_samples([camera], now=NOON + KEPT + SLOT / 2) == 0
    assert trim_samples([camera], now=NOON + KEPT + SLOT) == 1
    assert HealthSample.objects.get().at == NOON + SLOT


def test_samples_go_with_their_camera(camera):
    beat(camera, NOON)
    Camera.objects.all().delete()
    assert not HealthSample.objects.exists()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    samples=st.dictionaries(
        st.integers(0, 31 * 288 - 1), st.none() | st.floats(-60, 150, allow_subnormal=False), max_size=60
    ),
    slots=st.integers(1, 31 * 288),
)
def test_points_have_what_their_samples_have(camera, samples, slots):
    first = slot_of(NOON)
    HealthSample.objects.all().delete()
    HealthSample.objects.bulk_create(
        HealthSample(camera_id=camera, slot=first + slot, at=begin_of(first + slot), temperature_c=value)
        for slot, value in samples.items()
    )
    chart = ChartSlots.between(NOON, NOON + slots * SLOT)
    expected: dict[datetime, list[float]] = {}
    for slot, value in sorted(samples.items()):
        if slot < slots and value is not None:
            number = (first + slot) // chart.in_point
            expected.setdefault(chart.begin_of_point(number), []).append(value)
    found = [point for one in health_series(camera, chart) for point in one.points]
    assert {point.at: (point.low, point.high) for point in found} == {
        at: (min(values), max(values)) for at, values in expected.items()
    }
    assert all(
        point.mean == pytest.approx(sum(expected[point.at]) / len(expected[point.at]), abs=1e-9)
        for point in found
    )
