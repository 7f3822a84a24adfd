from __future__ import annotations

from dataclasses import replace

import pytest

from camera_agent.host.clock import ClockFix, ClockQuality, Instant
from tests.conftest import jpeg

TRUE = 1_795_470_598_000_000_000
NTP = ClockFix(boot="boot-1", offset_ns=TRUE, error_ms=20.0, source="ntp")
SERVER = ClockFix(boot="boot-1", offset_ns=TRUE + 10**9, error_ms=80.0, source="server")


@pytest.fixture
def taken(filled):
    """A capture of a boot, by its own clock in 1970."""

    def taken(name: str, *, boot: str = "boot-1", quality=ClockQuality.UNKNOWN, monotonic_ns: int = 5):
        target = filled.spool.incoming / "image"
        target.write_bytes(jpeg())
        moment = Instant(wall_ns=monotonic_ns, quality=quality, boot=boot, monotonic_ns=monotonic_ns)
        about = {"filename": "x.jpg", "filetype": "image/jpeg", "exposure": {}}
        filled.spool.put(target, capture=name, captured_at=moment, **about)

    return taken


def waiting(filled):
    seen = []
    while (capture := filled.spool.claim()) is not None:
        seen.append(capture.captured_at)
    return seen


def test_earlier_captures_of_the_boot_are_corrected_before_they_are_delivered(filled, taken):
    taken("capture-1", monotonic_ns=7)
    taken("capture-2", boot="boot-0")
    taken("capture-3", monotonic_ns=9)
    assert filled.spool.clock_fixes.learn(NTP) == 2
    first, other, third = waiting(filled)
    assert (first.wall_ns, first.quality) == (TRUE + 7, ClockQuality.SYNCED)
    assert (third.wall_ns, third.quality) == (TRUE + 9, ClockQuality.SYNCED)
    # A boot that was never synced stays unknown: its order is its sequence.
    assert (other.wall_ns, other.quality) == (5, ClockQuality.UNKNOWN)


def test_a_better_source_corrects_again_and_a_worse_one_never(filled, taken):
    taken("capture-1")
    assert filled.spool.clock_fixes.learn(SERVER) == 1
    assert filled.spool.clock_fixes.learn(NTP) == 1
    assert filled.spool.clock_fixes.learn(SERVER) == 0
    [moment] = waiting(filled)
    assert (moment.wall_ns, moment.quality) == (TRUE + 5, ClockQuality.SYNCED)
    assert filled.spool.clock_fixes.of("boot-1") == NTP


def test_a_synced_time_is_not_touched(filled, taken):
    taken("capture-1", quality=ClockQuality.SYNCED)
    assert filled.spool.clock_fixes.learn(NTP) == 0


def test_fixes_are_reported_until_the_server_has_taken_them(filled):
    fixes = filled.spool.clock_fixes
    fixes.learn(SERVER)
    fixes.learn(replace(NTP, boot="boot-2"))
    filled.reopen()
    fixes = filled.spool.clock_fixes
    assert fixes.unreported() == [SERVER, replace(NTP, boot="boot-2")]
    fixes.mark_reported(["boot-1", "boot-9"])
    assert [fix.boot for fix in fixes.unreported()] == ["boot-2"]


def test_a_fix_that_got_better_is_reported_again_and_one_as_good_is_no_news(filled):
    fixes = filled.spool.clock_fixes
    fixes.learn(SERVER)
    fixes.mark_reported(["boot-1"])
    fixes.learn(replace(SERVER, error_ms=70.0))
    assert fixes.unreported() == []
    fixes.learn(replace(SERVER, error_ms=30.0))
    assert [fix.error_ms for fix in fixes.unreported()] == [30.0]


def test_waiting_records_are_corrected_too(filled):
    early = Instant(wall_ns=3, quality=ClockQuality.UNKNOWN, boot="boot-1", monotonic_ns=3)
    filled.spool.records.gap(early, {"reason": "stopped"}, since_ns=1, until_ns=2)
    filled.spool.clock_fixes.learn(NTP)
    [record], _ = filled.spool.records.batch()
    assert record["clock"] == "synced"
    assert record["at"].startswith("2026-11-23")
    assert record["data"]["from"].startswith("2026-11-23")
