from __future__ import annotations

import random
from statistics import fmean

import pytest

from queue_insight.calibration import FACTORS, MAX_SCORE, MIN_SCORES, calibrated, factor_of, score
from queue_insight.drain import Drain, DrainState

DRAIN = Drain(state=DrainState.DRAINS, low_s=80.0, median_s=100.0, high_s=140.0)


@pytest.mark.parametrize(
    ("actual_s", "expected"),
    [(100.0, 0.0), (120.0, 0.5), (140.0, 1.0), (180.0, 2.0), (90.0, 0.5), (60.0, 2.0), (9e9, MAX_SCORE)],
)
def test_a_score_of_one_is_the_edge_of_the_range(actual_s, expected):
    assert score(DRAIN, actual_s) == expected


def test_an_open_range_and_one_that_is_not_known_have_no_score():
    assert score(Drain(state=DrainState.DRAINS, low_s=1.0, median_s=2.0), 5.0) is None
    assert score(Drain(state=DrainState.NOT_KNOWN), 5.0) is None


def test_a_range_without_a_width_was_right_or_wrong():
    point = Drain(state=DrainState.DRAINS, low_s=5.0, median_s=5.0, high_s=5.0)
    assert (score(point, 5.0), score(point, 5.1), score(point, 4.9)) == (0.0, MAX_SCORE, MAX_SCORE)


def test_the_factor_is_not_known_before_enough_estimates_were_compared():
    scores = [2.0] * (MIN_SCORES - 1)
    assert factor_of(scores) is None
    found = calibrated(DRAIN, scores)
    assert (found.low_s, found.high_s, found.factor, found.compared) == (80.0, 140.0, None, MIN_SCORES - 1)
    assert factor_of([*scores, 2.0]) == 2.0


def test_the_range_is_widened_about_its_median_and_never_begins_before_now():
    found = calibrated(DRAIN, [2.0] * MIN_SCORES)
    assert (found.low_s, found.median_s, found.high_s) == (60.0, 100.0, 180.0)
    assert (found.factor, found.compared) == (2.0, MIN_SCORES)
    assert calibrated(Drain(state=DrainState.DRAINS, low_s=1.0, median_s=9.0), [4.0] * 20).low_s == 0.0


def test_the_factor_has_bounds():
    assert factor_of([MAX_SCORE] * MIN_SCORES) == FACTORS[1]
    assert factor_of([0.0] * MIN_SCORES) == FACTORS[0]


def test_what_does_not_drain_stays_so():
    drain = Drain(state=DrainState.DOES_NOT_DRAIN, in_per_s=2.0, out_per_s=1.0)
    found = calibrated(drain, [2.0] * MIN_SCORES)
    assert (found.state, found.low_s, found.high_s, found.factor) == (drain.state, None, None, None)


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.5], ids=["too wide", "right", "too narrow"])
def test_four_of_five_truths_are_held_however_wrong_the_range_was(spread):
    rng = random.Random(7)

    def truth() -> float:
        return max(0.0, rng.gauss(100.0, spread * 20.0))

    even = Drain(state=DrainState.DRAINS, low_s=74.4, median_s=100.0, high_s=125.6)
    held = []
    for _ in range(300):
        scores = [score(even, truth()) for _ in range(50)]
        found, came = calibrated(even, scores), truth()
        held.append(found.low_s <= came <= found.high_s)
    # The factor is at least a half.
    assert 0.75 <= fmean(held) <= (0.9 if spread >= 1 else 1.0)
