from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.rendering.fit import CONTAIN, FOCUSES, Fit, Focus, focus_of


@pytest.mark.parametrize("text", ["30,70", "30 , 70", "30%,70%", "30.0,70.000"])
def test_a_focus_is_given_in_percent_from_left_and_top(text: str) -> None:
    assert focus_of(text) == Focus(30, 70)


def test_nine_points_have_names() -> None:
    assert len(FOCUSES) == len(set(FOCUSES.values())) == 9
    assert focus_of("bottom-right") == Focus(100, 100)


@given(st.text() | st.from_regex(r"\A-?\d{0,4}[.,%]?\d{0,4}[.,%]?\d{0,4}\Z"))
def test_any_other_text_is_no_focus(text: str) -> None:
    found = focus_of(text)
    assert found is None or (0 <= found.x <= 100 and 0 <= found.y <= 100)


def test_a_point_outside_the_picture_is_no_focus() -> None:
    assert focus_of("101,50") is None
    assert focus_of("-1,50") is None
    assert focus_of("nan,nan") is None


def test_without_a_crop_the_focus_makes_no_difference() -> None:
    assert Fit.of("contain", Focus(0, 0)) == CONTAIN
    assert Fit.of("blurred_bars", Focus(0, 0)) == Fit.of("blurred_bars", Focus(9, 9))
    assert Fit.of("cover", Focus(0, 0)) != Fit.of("cover", Focus(9, 9))


def test_a_fit_survives_json() -> None:
    fit = Fit(mode="cover", focus=Focus(30, 70))
    assert Fit.from_json(json.loads(json.dumps(fit.to_json()))) == fit
