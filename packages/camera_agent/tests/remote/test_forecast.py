from __future__ import annotations

import pytest

from camera_agent.remote.forecast import Forecast, warning

MIB = 1 << 20


def test_a_card_that_fills_steadily_is_full_when_the_room_is_used_up():
    forecast = Forecast()
    for minute in range(11):
        forecast.add(minute * 60.0, minute * MIB)
    assert forecast.full_in_s(600.0, used_bytes=10 * MIB, free_bytes=990 * MIB) == pytest.approx(990 * 60)


def test_what_is_delivered_as_fast_as_it_comes_never_fills_it():
    forecast = Forecast()
    for minute in range(11):
        forecast.add(minute * 60.0, 7 * MIB)
    assert forecast.full_in_s(600.0, used_bytes=7 * MIB, free_bytes=1000 * MIB) is None
    assert forecast.full_in_s(600.0, used_bytes=6 * MIB, free_bytes=1000 * MIB) is None


def test_what_others_write_is_not_taken_for_a_rate_of_the_cameras():
    forecast, free = Forecast(), 15 * 1440 * MIB
    for minute in range(61):
        forecast.add(minute * 60.0, minute * MIB)
    others = 12_000 * MIB  # an update of the system, within that hour
    full_in_s = forecast.full_in_s(3600.0, used_bytes=60 * MIB, free_bytes=free - others)
    assert full_in_s == pytest.approx((15 * 1440 - 12_000) * 60)


def test_the_rate_is_that_of_the_last_hour_and_needs_some_minutes():
    forecast = Forecast()
    assert forecast.full_in_s(0.0, used_bytes=0, free_bytes=5) is None
    used = 0
    for minute in range(180):
        used += (100 if minute < 60 else 1) * MIB
        forecast.add(minute * 60.0, used)
    full_in_s = forecast.full_in_s(179 * 60.0, used_bytes=used, free_bytes=600 * MIB)
    assert full_in_s == pytest.approx(600 * 60, rel=0.02)


def test_no_room_is_full_now():
    assert Forecast().full_in_s(0.0, used_bytes=0, free_bytes=-5) == 0.0


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (None, ""),
        (2 * 86_400.0, ""),
        (3 * 3600.0 + 60, "The card is full in about 3 h at the present rate."),
        (100 * 60.0, "The card is full in about 100 min at the present rate."),
        (1.0, "The card is full in about 1 min at the present rate."),
        (0.0, "The card is full: what goes first is dropped for each new capture."),
    ],
)
def test_people_are_warned_a_day_ahead(seconds, sentence):
    assert warning(seconds) == sentence
