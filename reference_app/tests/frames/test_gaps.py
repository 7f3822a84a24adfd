from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_agent.protocol.settings import Schedule
from timelapse.frames.capture_schedule import CaptureSchedule
from timelapse.frames.gaps import MOST_BUCKETS, Bucket, CameraState, ReportedGap, bucket_size, find_gaps

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY_10_S = CaptureSchedule(interval_s=10)


def at(minutes):
    return NOON + MINUTE * minutes


def buckets(seconds, size=MINUTE):
    """What the database makes of frames at these seconds."""
    made = {}
    for second in sorted(seconds):
        moment = NOON + timedelta(seconds=second)
        made.setdefault((moment - NOON) // size, []).append(moment)
    return [
        Bucket(at=NOON + size * number, frames=len(moments), first=moments[0], last=moments[-1])
        for number, moments in made.items()
    ]


def gaps(seconds, *, now, schedule=EVERY_10_S, reported=(), **known):
    found = find_gaps(
        buckets(seconds), MINUTE, [schedule], reported, CameraState(now=at(now), since=NOON, **known)
    )
    return [((gap.begins_at - NOON).seconds, (gap.ends_at - NOON).seconds, gap.reason) for gap in found]


def test_frames_without_a_hole_make_no_gap():
    assert gaps(range(0, 600, 10), now=10) == []


def test_a_hole_that_nobody_explained_is_a_gap_of_unknown_reason():
    seconds = [*range(0, 120, 10), *range(300, 600, 10)]
    assert gaps(seconds, now=10) == [(110, 300, "unknown")]


def test_a_frame_that_is_late_is_no_gap():
    assert gaps([0, 10, 20, 37, 40, 50, 60, 70, 80, 90, 100], now=2) == []


def test_one_frame_may_be_on_its_way():
    assert gaps(range(0, 100, 10), now=1.9) == []
    assert gaps(range(0, 100, 10), now=2) == [(90, 120, "unknown")]


def test_too_few_frames_inside_a_bucket_are_a_gap():
    seconds = [0, 10, 50, *range(60, 120, 10)]
    assert gaps(seconds, now=2) == [(0, 50, "unknown")]


def test_a_reason_reported_by_the_agent_explains_the_gap():
    reported = [
        ReportedGap(reason="card_full", detail="The card was full.", begins_at=at(2), ends_at=at(5)),
        ReportedGap(reason="camera_failed", detail="It failed.", begins_at=at(4.9), ends_at=at(6)),
    ]
    found = find_gaps(
        buckets([*range(0, 120, 10), *range(300, 600, 10)]),
        MINUTE,
        [EVERY_10_S],
        reported,
        CameraState(now=at(10), since=NOON),
    )
    assert [(gap.reason, gap.detail, gap.missed) for gap in found] == [
        ("card_full", "The card was full.", 18)
    ]


STALL = ReportedGap(reason="stalled", detail="It stalled.", begins_at=at(0.4), ends_at=at(0.5))


def test_one_late_frame_is_reported_as_late_and_not_as_a_stall():
    found = find_gaps(
        buckets([0, 10, 20, *range(40, 120, 10)]),
        MINUTE,
        [EVERY_10_S],
        [STALL],
        CameraState(now=at(2), since=NOON),
    )
    assert [(gap.reason, gap.missed) for gap in found] == [("late", 1)]
    assert "one slot was skipped" in found[0].detail


def test_a_late_burst_is_one_late_slot_too():
    bursts = CaptureSchedule(interval_s=10, schedule=Schedule(burst=3, burst_s=1))
    seconds = [second + part for second in (*range(0, 50, 10), *range(60, 120, 10)) for part in range(3)]
    stall = replace(STALL, begins_at=at(0.8), ends_at=at(0.9))
    assert [reason for *_, reason in gaps(seconds, now=2, schedule=bursts, reported=[stall])] == ["late"]


def test_two_slots_that_were_missed_at_once_are_a_stall():
    seconds = [0, 10, 20, *range(50, 120, 10)]
    assert [reason for *_, reason in gaps(seconds, now=2, reported=[STALL])] == ["stalled"]


def test_pictures_that_wait_on_the_spool_are_not_lost():
    seconds = [*range(0, 120, 10), *range(300, 600, 10)]
    assert gaps(seconds, now=10, oldest_waiting=at(3)) == [(110, 300, "not_delivered")]


def test_a_silent_agent_leaves_a_gap_up_to_now():
    assert gaps(range(0, 120, 10), now=10, silent_since=at(2)) == [(110, 600, "silent")]


def test_a_camera_that_had_filmed_before_and_sends_nothing_has_a_gap_from_the_start():
    assert gaps([], now=10, newest_before=at(-1)) == [(0, 600, "unknown")]
    assert gaps([], now=10) == []


def test_outside_the_schedules_windows_nothing_is_missed():
    schedule = CaptureSchedule(interval_s=10, schedule=Schedule(windows=("12:00..12:02", "12:05..12:10")))
    assert gaps([*range(0, 120, 10), *range(300, 600, 10)], now=10, schedule=schedule) == []
    assert gaps(range(0, 120, 10), now=10, schedule=schedule) == [(300, 600, "unknown")]


WINDOWS = CaptureSchedule(interval_s=60, schedule=Schedule(windows=("08:00..12:10", "12:30..18:00")))


def test_a_camera_that_is_silent_from_an_opening_on_has_a_gap_from_there_on():
    assert gaps(range(0, 600, 60), now=40, schedule=WINDOWS) == [(1800, 2400, "unknown")]
    assert gaps([], now=40, schedule=WINDOWS, newest_before=at(-5)) == [
        (0, 600, "unknown"),
        (1800, 2400, "unknown"),
    ]


@pytest.mark.parametrize("phase", [6, 30, 59])
def test_the_first_slot_after_an_opening_is_missed_like_any_other(phase):
    seconds = [*range(phase, 600, 60), *range(1860 + phase, 2400, 60)]
    assert gaps(seconds, now=40, schedule=WINDOWS) == [(1800, 1860 + phase, "unknown")]


def test_of_a_slot_right_at_the_opening_nobody_can_say_whether_it_was_before_it():
    assert gaps([*range(4, 600, 60), *range(1864, 2400, 60)], now=40, schedule=WINDOWS) == []


def test_after_a_change_of_settings_a_late_frame_makes_no_gap_at_the_opening():
    seconds = [*range(10, 600, 60), 1825 + 40, *range(1885, 2400, 60)]
    changed = replace(WINDOWS, during=(at(11), WINDOWS.during[1]))
    assert gaps(seconds, now=40, schedule=changed) == []


#: Of several kinds: always, by the clock, over midnight, by the sun at both ends of a year, and by dates.
SCHEDULES = (
    Schedule(),
    Schedule(windows=("06:30..20:00",), timezone="Europe/Zurich"),
    Schedule(windows=("mon-tue 22:00..02:00", "wed 08:00..12:00")),
    Schedule(windows=("sunrise-30m..sunset",), timezone="Europe/Zurich", latitude=47.4, longitude=8.5),
    Schedule(windows=("dusk..dawn",), timezone="Pacific/Auckland", latitude=-36.9, longitude=174.8),
    Schedule(start="2026-11-24", end="2026-11-25T09:00"),
)


@st.composite
def followed(draw):
    """A schedule, and the seconds after noon at which a punctual camera captures in three days."""
    interval = draw(st.sampled_from([60, 300, 1800]))
    schedule = CaptureSchedule(interval_s=interval, schedule=draw(st.sampled_from(SCHEDULES)))
    spans = schedule.open_within(NOON, NOON + timedelta(days=3))
    slots = range(draw(st.integers(0, interval - 1)), 3 * 86_400, interval)
    open_s = [((begin - NOON).total_seconds(), (end - NOON).total_seconds()) for begin, end in spans]
    return schedule, [slot for slot in slots if any(begin <= slot < end for begin, end in open_s)], open_s


def holes(schedules, seconds, size, until):
    known = CameraState(now=NOON + timedelta(seconds=until + schedules[-1].interval_s), since=NOON)
    return find_gaps(buckets(seconds, size), size, schedules, (), known)


SIZES = st.sampled_from([MINUTE, timedelta(hours=1), timedelta(days=1)])
#: Seconds by which frames are off that are not late, one after another, again and again.
OFF = st.lists(st.floats(0, 4.9), min_size=1, max_size=7)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(followed(), SIZES, OFF, st.data())
def test_a_schedule_that_was_followed_has_no_gap_though_clocks_err_and_one_is_late(filmed, size, off, data):
    schedule, slots, _ = filmed
    seconds = [slot + seconds for slot, seconds in zip(slots, cycle(off), strict=False)]
    seconds[data.draw(st.integers(0, len(slots) - 1))] += data.draw(st.floats(0, 0.7)) * schedule.interval_s
    assert holes([schedule], seconds, size, slots[-1]) == []


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(followed(), followed(), SIZES, st.integers(3600, 2 * 86_400), st.integers(0, 59))
@pytest.mark.slow
def test_a_schedule_that_changed_while_it_was_followed_has_no_gap(first, second, size, changed, received):
    moment = NOON + timedelta(seconds=changed)
    schedules = [
        replace(first[0], during=(first[0].during[0], moment)),
        replace(second[0], during=(max(second[0].during[0], moment + MINUTE), second[0].during[1])),
    ]
    seconds = [one for one in first[1] if one < changed] + [
        one for one in second[1] if one >= changed + received
    ]
    assert holes(schedules, seconds, size, seconds[-1]) == []


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(followed(), st.data())
def test_one_slot_that_was_missed_is_found_also_the_first_after_an_opening(filmed, data):
    schedule, slots, open_s = filmed
    sure = [slot for slot in slots[1:-1] if not any(begin <= slot < begin + 5 for begin, _ in open_s)]
    firsts = [
        slot for slot in sure if any(begin <= slot < begin + schedule.interval_s for begin, _ in open_s)
    ]
    missed = data.draw(st.sampled_from(firsts or sure) | st.sampled_from(sure))
    (gap,) = holes([schedule], [slot for slot in slots if slot != missed], MINUTE, slots[-1])
    assert gap.missed == 1
    assert gap.begins_at <= NOON + timedelta(seconds=missed) <= gap.ends_at


@pytest.mark.parametrize(
    ("span", "size"),
    [
        (timedelta(hours=24), MINUTE),
        (timedelta(days=31), timedelta(hours=1)),
        (timedelta(days=366), timedelta(days=1)),
    ],
)
def test_a_longer_strip_has_larger_buckets(span, size):
    assert bucket_size(NOON, NOON + span) == size


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(hours=st.integers(1, 24 * 1100))
def test_no_strip_has_more_buckets_than_a_screen_is_wide(hours):
    span = timedelta(hours=hours)
    assert span / bucket_size(NOON, NOON + span) <= MOST_BUCKETS


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(missing=st.sets(st.integers(0, 89)), end=st.integers(16, 20))
def test_gaps_are_in_order_apart_and_cover_each_stretch_of_three_missing_frames(missing, end):
    kept = [number * 10 for number in range(90) if number not in missing]
    found = find_gaps(buckets(kept), MINUTE, [EVERY_10_S], (), CameraState(now=at(end), since=NOON))
    assert all(gap.begins_at < gap.ends_at for gap in found)
    assert all(one.ends_at <= two.begins_at for one, two in pairwise(found))
    inside = [number for number in missing if kept and kept[0] < number * 10 < kept[-1]]
    for number in inside:
        if {number, number + 1, number + 2} <= set(inside):
            moment = NOON + timedelta(seconds=number * 10)
            assert any(gap.begins_at <= moment <= gap.ends_at for gap in found)
