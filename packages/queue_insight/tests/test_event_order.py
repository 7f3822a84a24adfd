from __future__ import annotations

import pytest

from queue_insight.event_order import EventTime


def at(clock, moment, worker="one@test", pid=7):
    return EventTime(worker=worker, pid=pid, clock=clock, at=moment)


@pytest.mark.parametrize(
    ("first", "second", "precedes"),
    [
        (at(1, 9.0), at(2, 3.0), True),
        (at(2, 3.0), at(1, 9.0), False),
        (at(None, 1.0), at(2, 9.0), False),
        (at(5, 1.0), at(2, 9.0, worker="two@test"), True),
        (at(1, 9.0), at(2, 1.0, pid=8), False),
    ],
    ids=["by its clock", "by its clock, not by time", "without a clock", "other worker", "other process"],
)
def test_one_process_counts_and_two_are_compared_by_time(first, second, precedes):
    assert first.precedes(second) is precedes
