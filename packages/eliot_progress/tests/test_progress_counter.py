from __future__ import annotations

import threading
import time

import pytest
from tests.waiting import until

from eliot_progress import Reducer, progress


def test_a_pause_says_why_and_does_not_slow_the_rate(log):
    with progress("Render", total=10) as work:
        work.note("frame 7")
        with work.paused("the disk is full"):
            work.report_due(0)
            assert Reducer(log).get(work.id).note == "the disk is full"
    assert Reducer(log).get(work.id).note == "frame 7"


def test_a_pause_within_a_pause_counts_once(log):
    with progress("Render", total=100) as work:
        began = time.monotonic()
        with work.paused("the disk is full"), work.paused("the disk is away"):
            until(lambda: time.monotonic() - began > 0.2)
        worked_s = work._worked_s()
        assert worked_s >= began
        assert worked_s + 0.2 <= time.monotonic()


class Tensor:
    """As of a library for numbers: several of them are no number, which is told in a way of its own."""

    def __float__(self):
        raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")


def test_a_counter_that_fails_leaves_the_last_count(log):
    def fail():
        raise RuntimeError("the camera is away")

    with progress("Copy", total=9) as work:
        work.advance(4)
        work.report_due(0)
        work.count_with(fail)
        work.report_due(0)
        assert work.fraction == 4 / 9
    state = Reducer(log).get(work.id)
    assert (state.done, state.outcome) == (4, "succeeded")


@pytest.mark.parametrize("odd", [None, "three", [], float("nan"), float("inf"), object(), {}, Tensor()])
def test_invalid_counts_and_totals_are_ignored(odd, log):
    with progress("Import", total=odd, initial=odd, every=odd, grace_s=odd) as work:
        work.advance(2)
        work.advance(odd)
        work.report_due(0)
        work.to(odd)
        work.report_due(0)
        work.total = odd
        work.step(odd)
    state = Reducer(log).get(work.id)
    assert state.total is None
    assert state.done in (0, 2)
    assert state.outcome == "succeeded"


def test_counts_beyond_the_total_and_backwards_are_reported_as_they_are(log):
    with progress("Import", total=3) as work:
        work.to(7)
        work.report_due(0)
        assert Reducer(log).get(work.id).done == 7
        work.to(1)
    assert Reducer(log).get(work.id).done == 1


def test_threads_that_count_and_log_in_one_action_lose_nothing_and_repeat_no_id(log):
    with progress("Import") as work:

        def count():
            for _ in range(2000):
                work.advance()
            for _ in range(200):
                work.action.log("step")

        threads = [threading.Thread(target=count) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Reducer(log).get(work.id).done == 16_000
    levels = [tuple(m["task_level"]) for m in log]
    assert len(levels) == len(set(levels)) >= 1600
