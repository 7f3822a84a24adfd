from __future__ import annotations

import random

import pytest

from eliot_progress.estimate import Estimate

N = 2000


def steady(r):
    return [r.expovariate(1) * 0.03 for _ in range(N)]


def few_very_slow(r):
    return [0.02 if r.random() > 0.01 else 2.0 for _ in range(N)]


def slows_down(r):
    return [0.01 * (1 if n < N // 2 else 10) * r.uniform(0.8, 1.2) for n in range(N)]


def stalls_once(r):
    return [0.02 * r.uniform(0.8, 1.2) + (5 if n == N // 2 else 0) for n in range(N)]


def bursts(r):
    return [1.0 if n % 50 == 0 else 1e-4 for n in range(N)]


def mean_error(durations, interval_s=0.1):
    """The mean error of the time left, as a share of it, over the middle nine tenths of the run."""
    end, ends = sum(durations), []
    for duration in durations:
        ends.append(duration + (ends[-1] if ends else 0))
    estimate, now, done, errors = Estimate(0, 0.0), 0.0, 0, []
    while now < end:
        now += interval_s
        while done < N and ends[done] <= now:
            done += 1
        estimate.add(done, now)
        rate = estimate.rate()
        if rate and 0.05 * end < now < 0.95 * end:
            errors.append(abs((N - done) / rate / (end - now) - 1))
    return sum(errors) / len(errors)


@pytest.mark.parametrize(
    ("workload", "bound"),
    [(steady, 0.08), (few_very_slow, 0.3), (slows_down, 0.15), (stalls_once, 0.25), (bursts, 0.2)],
)
def test_the_time_left_is_near_the_truth(workload, bound):
    errors = [mean_error(workload(random.Random(seed))) for seed in range(4)]
    assert sum(errors) / len(errors) < bound


def test_nothing_is_known_before_anything_moved():
    estimate = Estimate(0, 0.0)
    estimate.add(0, 5.0)
    assert estimate.rate() is None
    assert estimate.seconds_left(10) is None


def test_an_unknown_total_has_a_rate_but_no_end():
    estimate = Estimate(0, 0.0)
    estimate.add(50, 10.0)
    assert estimate.rate() == pytest.approx(5)
    assert estimate.seconds_left(None) is None


def test_the_range_holds_the_answer_and_narrows():
    estimate = Estimate(0, 0.0)
    widths = []
    for second in range(1, 40):
        estimate.add(second * 10, float(second))
        low, high = estimate.seconds_left(1000)
        assert low <= (1000 - second * 10) / 10 <= high
        widths.append(high / low)
    assert widths[0] > 2
    assert widths[-1] < 1.3


def test_more_done_than_the_total_leaves_nothing_to_wait_for():
    estimate = Estimate(0, 0.0)
    estimate.add(20, 1.0)
    assert estimate.seconds_left(10) == (0, 0)


def test_memory_stays_bounded_and_a_silent_hour_is_spread_over_its_stretches():
    estimate = Estimate(0, 0.0)
    for second in range(10_000):
        estimate.add(second, float(second))
    estimate.add(13_600, 13_600.0)
    assert estimate.rate() == pytest.approx(1, rel=0.01)
    assert len(estimate._moved) < 64
