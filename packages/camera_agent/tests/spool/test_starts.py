from __future__ import annotations

from dataclasses import replace

from camera_agent.spool.starts import WINDOW_S, recent_starts, record_start
from tests.spool.conftest import NOW


def later(seconds: float):
    return replace(NOW, monotonic_ns=NOW.monotonic_ns + int(seconds * 1e9))


def test_the_starts_of_the_last_ten_minutes_are_counted_over_restarts(filled):
    for start in range(7):
        record_start(filled.spool.key_values, later(10 * start))
        filled.reopen()
    assert recent_starts(filled.spool.key_values, later(60)) == 7
    assert recent_starts(filled.spool.key_values, later(WINDOW_S + 15)) == 5
    assert recent_starts(filled.spool.key_values, later(2 * WINDOW_S)) == 0


def test_a_new_boot_counts_anew(filled):
    record_start(filled.spool.key_values, NOW)
    booted = replace(NOW, boot="boot-2", monotonic_ns=1)
    assert recent_starts(filled.spool.key_values, booted) == 0
    record_start(filled.spool.key_values, booted)
    assert recent_starts(filled.spool.key_values, booted) == 1
