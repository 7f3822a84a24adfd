from __future__ import annotations

from queue_insight.worker_clock import WINDOW_S, WorkerClock


def test_the_fastest_delivery_tells_the_offset():
    clock = WorkerClock()
    clock.observe(700.0, 1000.4)
    clock.observe(701.0, 1001.01)
    assert round(clock.offset_s, 2) == 300.01
    assert round(clock.observe(702.0, 1002.9), 2) == 1002.01, "sent 0.9 s before it arrived"


def test_before_the_first_event_there_is_no_offset():
    assert WorkerClock().offset_s == 0.0


def test_nothing_was_sent_after_it_arrived():
    clock = WorkerClock()
    clock.observe(1000.0, 1000.0)
    assert clock.observe(1500.0, 1001.0) == 1001.0


def test_a_corrected_clock_is_noticed_within_the_window():
    clock = WorkerClock()
    clock.observe(1300.0, 1000.0)
    assert clock.offset_s == -300.0
    now = 1000.0
    while now < 1000.0 + WINDOW_S:
        now += 10
        clock.observe(now, now)
    assert clock.offset_s == 0.0
