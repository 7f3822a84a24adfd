from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.rendering.fit import FOCUSES, Focus
from timelapse.rendering.view import View, between

shares = st.floats(0, 100)
views = st.builds(View.of, st.floats(1, 4), st.builds(Focus, shares, shares))


@pytest.mark.parametrize(
    ("focus", "left", "top"),
    [("top-left", 0, 0), ("center", 0.25, 0.25), ("bottom-right", 0.5, 0.5), ("right", 0.5, 0.25)],
)
def test_a_view_lies_at_its_focus(focus: str, left: float, top: float) -> None:
    assert View.of(2, FOCUSES[focus]) == View(left, top, 0.5)


def test_a_movie_goes_from_one_view_to_the_other_in_equal_steps() -> None:
    begin, end = View.of(1, FOCUSES["center"]), View.of(2, FOCUSES["top-left"])
    made = between(begin, end, 5)
    assert (made[0], made[-1]) == (begin, end)
    assert [view.share for view in made] == [1.0, 0.875, 0.75, 0.625, 0.5]
    assert all(one.left == other.left == 0 for one, other in pairwise(made))


def test_a_movie_of_one_frame_shows_the_first_view() -> None:
    begin = View.of(2, FOCUSES["left"])
    assert between(begin, View.of(3, FOCUSES["right"]), 1) == [begin]
    assert between(begin, begin, 0) == []


@given(views, views, st.integers(1, 200))
def test_no_view_leaves_the_picture(begin: View, end: View, count: int) -> None:
    for view in between(begin, end, count):
        assert 0 < view.share <= 1
        assert min(view.left, view.top) >= 0
        assert max(view.left, view.top) + view.share <= 1 + 1e-5
