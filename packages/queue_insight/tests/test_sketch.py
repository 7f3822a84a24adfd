from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_insight.sketch import LONGEST_S, RELATIVE_ERROR, SHORTEST_S, bucket, merged, quantile

durations = st.lists(st.floats(min_value=SHORTEST_S, max_value=LONGEST_S), min_size=1, max_size=200)


def sketch_of(seconds):
    return merged({bucket(each): 1} for each in seconds)


@given(durations, st.floats(min_value=0, max_value=1))
def test_each_quantile_is_within_one_percent_of_the_true_one(seconds, share):
    true = sorted(seconds)[int(share * (len(seconds) - 1))]
    found = quantile(sketch_of(seconds), share)
    assert found == pytest.approx(true, rel=RELATIVE_ERROR * 1.0001)


@given(durations, durations)
def test_two_sketches_add_up_to_one_of_all(one, two):
    assert merged([sketch_of(one), sketch_of(two)]) == sketch_of([*one, *two])


def test_a_duration_beyond_the_range_counts_as_the_nearest_within():
    assert quantile(sketch_of([0.0]), 0.5) == pytest.approx(SHORTEST_S, rel=0.011)
    assert quantile(sketch_of([1e12]), 0.5) == pytest.approx(LONGEST_S, rel=0.011)
    assert bucket(LONGEST_S) - bucket(SHORTEST_S) < 1100


def test_without_any_there_is_no_quantile():
    assert quantile({}, 0.5) is None
