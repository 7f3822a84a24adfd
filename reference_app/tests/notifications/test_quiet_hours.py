from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.notifications.quiet_hours import due_at

BERLIN = ZoneInfo("Europe/Berlin")


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-29T21:59", "2026-11-29T21:59"),
        ("2026-11-29T22:00", "2026-11-30T07:00"),
        ("2026-11-30T00:00", "2026-11-30T07:00"),
        ("2026-11-30T06:59", "2026-11-30T07:00"),
        ("2026-11-30T07:00", "2026-11-30T07:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00"),  # the night has 25 hours
        ("2026-03-28T23:00", "2026-03-29T07:00"),  # the night has 23 hours
    ],
)
def test_what_happens_at_night_is_due_in_the_morning_by_the_persons_clock(now, due):
    found = due_at(local(now).astimezone(UTC), begin=22, end=7, zone=BERLIN)
    assert found == local(due)


def test_hours_of_the_day_can_be_quiet():
    assert due_at(local("2026-11-29T13:30"), begin=13, end=15, zone=BERLIN) == local("2026-11-29T15:00")
    assert due_at(local("2026-11-29T16:00"), begin=13, end=15, zone=BERLIN) == local("2026-11-29T16:00")


def test_without_quiet_hours_everything_is_due_at_once():
    now = local("2026-11-29T03:00")
    assert {due_at(now, begin=begin, end=end, zone=BERLIN) for begin, end in ((None, None), (3, 3))} == {now}


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_nothing_waits_longer_than_a_day_and_nothing_is_due_in_the_past(now, begin, end, zone):
    due = due_at(now, begin=begin, end=end, zone=ZoneInfo(zone))
    assert now <= due <= now + timedelta(hours=25)
    if due > now:
        assert due.astimezone(ZoneInfo(zone)).minute == 0
