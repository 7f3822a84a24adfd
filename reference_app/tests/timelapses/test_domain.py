from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from timelapse.timelapses.domain import by_clock, moment, validation_errors

ZURICH = ZoneInfo("Europe/Zurich")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "starts_at", "ends_at", "codes"),
    [
        ("Garden", None, None, []),
        ("Garden", NOON, NOON, []),
        ("  ", None, None, ["name_missing"]),
        ("x" * 81, None, None, ["name_too_long"]),
        ("", NOON, NOON - timedelta(seconds=1), ["name_missing", "ends_first"]),
    ],
)
def test_every_invalid_value_is_reported(name, starts_at, ends_at, codes):
    found = validation_errors(name, starts_at, ends_at)
    assert [reason.code for reason in found] == codes
    assert all(reason.message and reason.remedy for reason in found)


def test_the_notes_have_a_limit():
    assert [reason.code for reason in validation_errors("Garden", None, None, "x" * 2001)] == [
        "notes_too_long"
    ]


def test_a_moment_is_shown_by_the_clock_of_its_camera_and_read_by_it():
    shown = datetime(2026, 6, 1, 14)  # noqa: DTZ001 - by the clock of the camera
    assert by_clock(NOON, ZURICH) == shown
    assert moment(shown, ZURICH) == NOON
    assert (by_clock(None, ZURICH), moment(None, ZURICH, NOON)) == (None, None)


@pytest.mark.parametrize("hour", [0, 1])
def test_a_moment_that_nobody_changed_stays_the_same_in_the_hour_that_a_clock_shows_twice(hour):
    before = datetime(2026, 10, 25, hour, 30, 0, 250_000, tzinfo=UTC)
    shown = by_clock(before, ZURICH)
    assert shown == datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 - as above
    assert moment(shown, ZURICH, before) == before
    assert moment(shown, ZURICH) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
