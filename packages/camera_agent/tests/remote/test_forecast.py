from __future__ import annotations

import pytest

from camera_agent.remote.forecast import Forecast, warning

MIB = 1 << 20


def test_a_card_that_fills_steadily_is_full_when_the_room_is_used_up():
    forecast = Forecast()
    for minute in range(11):
        forecast.add(minute * 60.0, (1000 - minute) * MIB)
    assert forecast.full_in_s(600.0, 990 * MIB) == pytest.approx(990 * 60)


def test_what_is_delivered_as_fast_as_it_comes_never_fills_it():
    forecast = Forecast()
    for minute in range(11):
        forecast.add(minute * 60.0, 1000 * MIB)
    assert forecast.full_in_s(600.0, 1000 * MIB) is None
    assert forecast.full_in_s(600.0, 1001 * MIB) is None


def test_the_rate_is_that_of_the_last_hour_and_needs_some_minutes():
    forecast = Forecast()
    assert forecast.full_in_s(0.0, 5) is None
    for minute in range(180):
        forecast.add(minute * 60.0, (100_000 - minute * (100 if minute < 60 else 1)) * MIB)
    room = (100_000 - 179) * MIB
    assert forecast.full_in_s(179 * 60.0, room) == pytest.approx(room / MIB * 60, rel=0.02)


def test_no_room_is_full_now():
    assert Forecast().full_in_s(0.0, -5) == 0.0


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
