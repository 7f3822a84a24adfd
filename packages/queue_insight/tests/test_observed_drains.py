from __future__ import annotations

import pytest

from queue_insight.calibration import MAX_SCORE, MAX_SCORES, Forecast
from queue_insight.collector_state import Part, decode_records
from queue_insight.drain import Drain, DrainState
from queue_insight.observed_drains import MAX_OPEN, MAX_QUEUES, ObservedDrains

AT = 1000.0


def forecast(at=AT, depth=10, queue="celery", **fields):
    known = {"state": DrainState.DRAINS, "low_s": 80.0, "median_s": 100.0, "high_s": 140.0}
    return Forecast(queue=queue, at=at, depth=depth, drain=Drain(**{**known, **fields}))


def empty(at, queue="celery"):
    return Forecast(queue=queue, at=at, depth=0, drain=Drain(state=DrainState.EMPTY))


class Compared(ObservedDrains):
    """Tells the scores that a store would have."""

    def __init__(self):
        super().__init__()
        self.written = {}

    def scores(self, queue="celery"):
        for key, record in self.take_changed(again=False).items():
            self.written.pop(key, None)
            if record is not None:
                self.written |= decode_records(Part.SCORES, {key: record})
        return self.written.get(queue, ())


def leave(drains, number, at):
    for _ in range(number):
        drains.left("celery", at)


def test_an_estimate_ends_when_the_last_task_that_waited_has_started():
    drains = Compared()
    drains.take([forecast(depth=10)], {"celery": 2})
    leave(drains, 11, AT + 110)
    assert drains.scores() == ()
    leave(drains, 1, AT + 120)
    assert drains.scores() == (0.5,)


def test_arrivals_count_if_the_estimate_expected_some():
    for expected, number in ((0.5, 12), (0.0, 10), (None, 10)):
        drains = Compared()
        drains.take([forecast(in_per_s=expected)], {})
        drains.sent("celery")
        drains.sent("celery")
        leave(drains, number - 1, AT + 100)
        assert drains.scores() == ()
        leave(drains, 1, AT + 140)
        assert drains.scores() == (1.0,)


def test_a_few_starts_that_were_not_observed_do_not_matter():
    drains = Compared()
    drains.take([forecast(depth=100)], {})
    leave(drains, 96, AT + 140)
    drains.take([empty(AT + 170)], {})
    assert drains.scores() == (1.0,)


def test_an_estimate_of_which_many_starts_are_missing_is_dropped():
    drains = Compared()
    drains.take([forecast(depth=100)], {})
    leave(drains, 60, AT + 140)
    drains.take([empty(AT + 170)], {})
    leave(drains, 40, AT + 180)
    assert drains.scores() == ()


def test_an_estimate_that_was_missed_by_far_counts_before_the_queue_is_empty():
    drains = Compared()
    drains.take([forecast()], {})
    drains.maintain(AT + 299)
    assert drains.scores() == ()
    drains.maintain(AT + 301)
    assert drains.scores() == (MAX_SCORE,)


def test_an_interruption_drops_what_is_open():
    drains = Compared()
    drains.take([forecast()], {})
    drains.interrupt()
    leave(drains, 20, AT + 100)
    drains.maintain(AT + 999)
    assert drains.scores() == ()


@pytest.mark.parametrize(
    "other",
    [
        {"median_s": 4.9},
        {"high_s": None},
        {"state": DrainState.DOES_NOT_DRAIN, "low_s": None, "median_s": None, "high_s": None},
    ],
    ids=["too short", "open", "never"],
)
def test_what_can_not_be_compared_is_not_followed(other):
    drains = Compared()
    drains.take([forecast(**other)], {})
    leave(drains, 20, AT + 5)
    assert drains.scores() == ()


def test_estimates_of_one_queue_are_apart_and_few():
    drains = Compared()
    for second in range(200):
        drains.take([forecast(at=AT + second)], {})
    leave(drains, 500, AT + 210)
    assert len(drains.scores()) == MAX_OPEN


def test_scores_and_queues_are_bounded():
    drains = Compared()
    for number in range(MAX_SCORES + 20):
        drains.take([forecast(depth=1)], {})
        leave(drains, 1, AT + 100 + number % 20)
    assert len(drains.scores()) == MAX_SCORES
    for number in range(MAX_QUEUES):
        drains.take([forecast(depth=1, queue=f"q{number}")], {})
        drains.left(f"q{number}", AT + 100)
    assert drains.scores() == ()
    assert len(drains.written) == MAX_QUEUES


def test_a_write_that_did_not_arrive_is_repeated_and_another_collector_continues():
    drains = Compared()
    drains.take([forecast(depth=1)], {})
    leave(drains, 1, AT + 140)
    first = drains.take_changed(again=False)
    assert drains.take_changed(again=True) == first
    other = Compared()
    other.restore(decode_records(Part.SCORES, first))
    other.take([forecast(depth=1)], {})
    leave(other, 1, AT + 120)
    assert other.scores() == (1.0, 0.5)
