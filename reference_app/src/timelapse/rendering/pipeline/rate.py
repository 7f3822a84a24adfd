"""Exact frame rates. Pure."""

from __future__ import annotations

from fractions import Fraction

# People write 23.976 or 29.97 and mean these; moviepy would round them to two decimals.
_BROADCAST = tuple(Fraction(whole * 1000, 1001) for whole in (24, 30, 48, 60, 120))


def exact_rate(fps: float) -> Fraction:
    """Return the exact rate that ``fps`` stands for: 29.97 is 30000/1001, 12.5 is 25/2.

    Raises ValueError when ``fps`` isn't positive.
    """
    if not fps > 0:
        raise ValueError(f"A movie needs more than 0 frames per second, not {fps}.")
    for rate in _BROADCAST:
        if abs(fps - rate) < 0.005:
            return rate
    return Fraction(fps).limit_denominator(1001)
