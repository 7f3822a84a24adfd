from __future__ import annotations

from fractions import Fraction

import pytest

from timelapse.rendering.pipeline.rate import exact_rate


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (30, Fraction(30)),
        (23.976, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (12.5, Fraction(25, 2)),
        (0.1, Fraction(1, 10)),
    ],
)
def test_a_rate_is_what_people_mean_by_its_decimals(fps: float, exact: Fraction) -> None:
    assert exact_rate(fps) == exact


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_a_rate_that_shows_nothing_is_refused(fps: float) -> None:
    with pytest.raises(ValueError, match="more than 0 frames per second"):
        exact_rate(fps)
