from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.values import NOW

from queue_insight.page.clock import Clock, duration

BERLIN = Clock(now=NOW, zone=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "?"),
        (0.2, "0 s"),
        (59.6, "1 min"),
        (250, "4 min 10 s"),
        (3600, "1 h"),
        (11_100, "3 h 5 min"),
        (200_000, "2 d 7 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds, words):
    assert duration(seconds) == words


def test_times_are_in_the_reader_s_zone_and_have_a_date_unless_it_is_today():
    assert BERLIN.second(NOW) == "13:00:00"
    assert BERLIN.minute(NOW - timedelta(days=1)) == "22 Nov 13:00"
    assert BERLIN.second(None) == "?"


def test_times_in_sentences_become_the_reader_s():
    assert (
        BERLIN.localised("It is not due before 2026-11-23T12:30:00+00:00.")
        == "It is not due before 13:30:00."
    )


def test_how_long_ago_is_never_negative():
    assert BERLIN.since(NOW + timedelta(seconds=5)) == "0 s"
    assert BERLIN.since(None) == "?"
