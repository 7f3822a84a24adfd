from __future__ import annotations

from datetime import timedelta

import pytest

from fsmlock.policies import Preempt, RetryLater, Wait
from fsmlock.retries import RetryState


@pytest.mark.parametrize(
    "make",
    [
        lambda: Wait(up_to=timedelta(0)),
        lambda: Preempt(grace=timedelta(0)),
        lambda: RetryLater(backoff=timedelta(0)),
        lambda: RetryLater(give_up_after=timedelta(0)),
        lambda: RetryLater(at_most=timedelta(0)),
        lambda: Wait(up_to=30),
        lambda: Preempt(grace=5.0),
        lambda: RetryLater(backoff=None),
    ],
)
def test_a_policy_with_zero_time_or_a_plain_number_is_refused(make):
    with pytest.raises(ValueError, match="greater than zero"):
        make()


def test_retries_come_later_each_time_with_jitter_up_to_a_bound_and_end():
    policy = RetryLater(
        backoff=timedelta(seconds=1), at_most=timedelta(seconds=8), give_up_after=timedelta(seconds=60)
    )
    state, waits = RetryState(), []
    while (wait := state.retry_after(policy)) is not None:
        waits.append(wait.total_seconds())
        state = state.next(wait)
    assert 0.5 <= waits[0] <= 1
    assert 1 <= waits[1] <= 2
    assert 4 <= waits[-1] <= 8
    assert 60 <= sum(waits) <= 68


def test_a_retry_later_than_any_queue_waits_is_refused():
    with pytest.raises(ValueError, match="at most a year"):
        RetryLater(at_most=timedelta.max)


def test_the_longest_backoff_is_bounded_like_every_other():
    policy = RetryLater(backoff=timedelta.max, at_most=timedelta(seconds=8))
    state = RetryState()
    for _ in range(40):
        wait = state.retry_after(policy)
        assert timedelta(seconds=4) <= wait <= timedelta(seconds=8)
        state = state.next(wait)
