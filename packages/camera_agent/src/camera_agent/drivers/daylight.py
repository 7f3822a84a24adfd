"""The light of a simulated day: positions of sun and moon, brightness, colours."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

Colour = tuple[float, float, float]

#: Stops between noon and a moonlit night. Their course is a logistic curve in the sun's altitude
#: (degrees) through the usual illuminances of sunset (400 lux) and of the end of civil twilight (3.4 lux).
STOPS, MIDDLE, WIDTH = 20.0, -1.6, 3.9


@dataclass(frozen=True, slots=True, kw_only=True)
class CelestialBody:
    """Sun or moon: its height (-1 nadir, 1 zenith), and its place in the picture (0..1 from left and top)."""

    height: float
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours in linear light for one height of the sun: sky above and at the horizon, sun, lit clouds."""

    top: Colour
    low: Colour
    sun: Colour
    cloud: Colour


#: By the sun's height, as an adapted eye sees them, not by their brightness.
PALETTES: tuple[tuple[float, Palette], ...] = (
    (
        -0.42,
        Palette(
            top=(0.004, 0.007, 0.022),
            low=(0.012, 0.020, 0.046),
            sun=(0.0, 0.0, 0.0),
            cloud=(0.012, 0.017, 0.034),
        ),
    ),
    (
        -0.22,
        Palette(
            top=(0.009, 0.016, 0.055),
            low=(0.050, 0.050, 0.120),
            sun=(0.05, 0.02, 0.04),
            cloud=(0.030, 0.032, 0.070),
        ),
    ),
    (
        -0.09,
        Palette(
            top=(0.030, 0.050, 0.170),
            low=(0.560, 0.190, 0.170),
            sun=(0.80, 0.22, 0.14),
            cloud=(0.420, 0.130, 0.170),
        ),
    ),
    (
        0.00,
        Palette(
            top=(0.060, 0.115, 0.340),
            low=(0.980, 0.430, 0.170),
            sun=(1.3, 0.55, 0.16),
            cloud=(0.980, 0.420, 0.260),
        ),
    ),
    (
        0.13,
        Palette(
            top=(0.075, 0.185, 0.500),
            low=(0.780, 0.600, 0.420),
            sun=(1.3, 0.92, 0.55),
            cloud=(1.00, 0.820, 0.640),
        ),
    ),
    (
        0.36,
        Palette(
            top=(0.055, 0.170, 0.520),
            low=(0.400, 0.570, 0.780),
            sun=(1.2, 1.10, 0.95),
            cloud=(0.980, 0.970, 0.960),
        ),
    ),
    (
        1.00,
        Palette(
            top=(0.045, 0.155, 0.520),
            low=(0.360, 0.550, 0.800),
            sun=(1.2, 1.15, 1.05),
            cloud=(1.00, 1.00, 1.00),
        ),
    ),
)


def smooth(low: float, high: float, value: float) -> float:
    """Return 0 below `low`, 1 above `high`, and a smooth step between."""
    x = min(1.0, max(0.0, (value - low) / (high - low)))
    return x * x * (3 - 2 * x)


def sun(days: float) -> CelestialBody:
    """Return the sun at a time in days: it rises on the left at 6 and sets on the right at 18."""
    angle = 2 * math.pi * (days % 1 - 0.25)
    height = math.sin(angle)
    return CelestialBody(height=height, x=0.5 - 0.40 * math.cos(angle), y=0.55 - 0.46 * height)


def moon(days: float) -> CelestialBody:
    """Return the full moon: opposite the sun, on a lower path."""
    body = sun(days - 0.46)
    return CelestialBody(height=body.height, x=body.x, y=0.58 - 0.40 * body.height)


def stops_below_noon(days: float) -> float:
    """Return how much darker it is than at noon, in stops: 0 to 20."""

    def course(height: float) -> float:
        return STOPS / (1 + math.exp((math.degrees(math.asin(height)) - MIDDLE) / WIDTH))

    return course(sun(days).height) - course(1.0)


def daylight(days: float) -> float:
    """Return how light it is to the eye, 0 to 1."""
    return smooth(-0.20, 0.30, sun(days).height)


def palette(height: float) -> Palette:
    """Return the colours at a height of the sun."""
    for (low, before), (high, after) in itertools.pairwise(PALETTES):
        if height < high:
            share = smooth(low, high, height)
            return Palette(
                top=_mix(before.top, after.top, share),
                low=_mix(before.low, after.low, share),
                sun=_mix(before.sun, after.sun, share),
                cloud=_mix(before.cloud, after.cloud, share),
            )
    return PALETTES[-1][1]


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue
