from __future__ import annotations

from dataclasses import replace

import pytest

from camera_agent.capture.downtime import missed_captures, record_gap
from camera_agent.config import Config
from camera_agent.host.clock import ClockQuality
from camera_agent.protocol.settings import Schedule
from tests.spool.conftest import NOW

HOUR = 3600 * 10**9


def later(hours: float, **changes):
    shift = int(hours * HOUR)
    return replace(NOW, wall_ns=NOW.wall_ns + shift, monotonic_ns=NOW.monotonic_ns + shift, **changes)


@pytest.mark.parametrize(
    ("now", "count"),
    [
        (later(0.0), 0),
        (later(1.0), 59),
        (later(1.0, quality=ClockQuality.UNKNOWN), 59),
        (replace(later(1.0), boot="boot-2", monotonic_ns=5), 59),
        (replace(later(1.0), boot="boot-2", quality=ClockQuality.UNKNOWN), None),
        (replace(later(-1.0), boot="boot-2"), 0),
    ],
)
def test_what_a_minutely_camera_missed_while_it_was_off(now, count):
    assert missed_captures(NOW, now, interval_s=60.0, schedule=Schedule()) == count


def test_hours_outside_its_windows_are_not_missed():
    always_shut = Schedule(windows=("03:00..03:01",), timezone="UTC")
    assert missed_captures(NOW, later(2.0), interval_s=1.0, schedule=always_shut) == 0


def test_it_is_reported_as_a_gap_with_its_times(filled):
    record_gap(filled.spool, later(1.0), Config(interval_s=60.0))
    assert filled.spool.records.count() == 0
    filled.put("capture-1")
    record_gap(filled.spool, later(1.0), Config(interval_s=60.0))
    [gap], _ = filled.spool.records.batch()
    assert (gap["data"]["reason"], gap["data"]["missed"]) == ("stopped", 59)
    assert (gap["data"]["from"], gap["data"]["until"]) == (
        "2026-11-23T21:49:58.000000Z",
        "2026-11-23T22:49:58.000000Z",
    )


def test_when_no_clock_can_tell_the_gap_has_no_times(filled):
    filled.put("capture-1")
    record_gap(filled.spool, replace(NOW, boot="boot-2", quality=ClockQuality.UNKNOWN), Config())
    [gap], _ = filled.spool.records.batch()
    assert (gap["data"]["missed"], gap["data"]["from"]) == (0, None)
