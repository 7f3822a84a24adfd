from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames.bulk import make_frames

from timelapse.frames.counts import count_frames, folded
from timelapse.frames.queries import frames_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]


def shown(counts):
    return {each.at.isoformat(): each.frames for each in counts}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "counts"),
    [
        ("UTC", {"2026-11-23T00:00:00+00:00": 12, "2026-11-24T00:00:00+00:00": 18}),
        ("Europe/Zurich", {"2026-11-23T00:00:00+01:00": 11, "2026-11-24T00:00:00+01:00": 19}),
        ("Asia/Kathmandu", {"2026-11-23T00:00:00+05:45": 7, "2026-11-24T00:00:00+05:45": 23}),
    ],
)
def test_frames_are_counted_by_local_days(camera, zone, counts, django_assert_num_queries):
    make_frames(camera, 30, begin=NOON, every=timedelta(hours=1))
    with django_assert_num_queries(1):
        found = count_frames(frames_of(camera.pk), "day", NOON, NOON + timedelta(days=3), ZoneInfo(zone))
    assert shown(found) == counts


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_the_hours_of_any_zone_add_up_to_its_days(camera, zone):
    make_frames(camera, 500, begin=NOON, every=timedelta(minutes=7))
    limits = NOON, NOON + timedelta(days=4), ZoneInfo(zone)
    hours = count_frames(frames_of(camera.pk), "hour", *limits)
    days = count_frames(frames_of(camera.pk), "day", *limits)
    assert all(each.at.minute == 0 for each in hours)
    by_day: dict[str, int] = {}
    for hour in hours:
        by_day[hour.at.date().isoformat()] = by_day.get(hour.at.date().isoformat(), 0) + hour.frames
    assert by_day == {each.at.date().isoformat(): each.frames for each in days}
    assert sum(by_day.values()) == 500


def test_the_hour_that_is_repeated_in_autumn_is_two_hours():
    night = datetime(2026, 10, 25, tzinfo=UTC)
    counts = folded(
        [(night + timedelta(hours=hour), 1) for hour in range(3)], "hour", ZoneInfo("Europe/Zurich")
    )
    assert [each.at.isoformat() for each in counts] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


@given(
    st.lists(st.tuples(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 9))),  # noqa: DTZ001
    st.sampled_from(["day", "hour"]),
    st.sampled_from(ZONES),
)
def test_no_frame_is_lost_or_counted_twice(pieces, by, zone):
    aware = [(at.replace(tzinfo=UTC), frames) for at, frames in pieces]
    counts = folded(aware, by, ZoneInfo(zone))
    assert sum(each.frames for each in counts) == sum(frames for _, frames in aware)
    moments = [each.at.astimezone(UTC) for each in counts]
    assert moments == sorted(set(moments))
