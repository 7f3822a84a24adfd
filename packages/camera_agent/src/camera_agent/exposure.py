"""Exposure settings and the ramp: automatic, locked, or ramped through sunset and sunrise.

Exposure is measured in stops (powers of two): `log2(shutter_s * gain)`. Nothing here does I/O; a driver sets
the exposure, and its process measures the result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camera_agent.protocol.settings import ExposureSettings

#: What one frame's error (in stops) adds to the exposure, and to its change per frame. PULL is twice the root
#: of TREND: the follower is critically damped, and follows a steady change without a lag.
TREND = 0.01
PULL = 2 * math.sqrt(TREND)
#: On a grid a new step is set only when the course has left the old one by this share of a step.
HYSTERESIS = 0.6
#: An invisible change from frame to frame, stops; the fastest change of light at dusk, stops per second.
STEP, TWILIGHT = 1 / 6, 0.006
#: An error (stops) that is not corrected, so that clouds and noise cause no flicker.
DEAD_BAND = 0.04
#: Above this share of burnt-out pixels a ramp goes down, whatever the mean is.
CLIPPED = 0.008


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Shutter time in seconds; gain as a factor over the camera's lowest (ISO 100 is 1)."""

    shutter_s: float
    gain: float = 1.0

    @property
    def stops(self) -> float:
        """The exposure in stops."""
        return math.log2(self.shutter_s * self.gain)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureLimits:
    """The exposures that a camera can be set to; `steps` per stop, 0 for any value in between."""

    shortest_s: float
    longest_s: float
    gain: tuple[float, float] = (1.0, 1.0)
    steps: int = 0
    #: The longest bulb exposure, seconds; 0 without one.
    bulb_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The brightness of a picture: mean linear luminance (0 to 1), share of burnt-out pixels."""

    luminance: float
    clipped: float = 0.0


def at_interval(settings: ExposureSettings, interval_s: float) -> ExposureSettings:
    """Return the settings with the step's limit: a ramp slower than dawn would burn it out."""
    step = settings.step_stops or min(1.0, max(STEP, TWILIGHT * interval_s))
    return msgspec.structs.replace(settings, step_stops=step)


def narrowed(limits: ExposureLimits, settings: ExposureSettings) -> ExposureLimits:
    """Return the camera's limits, narrowed by the settings."""
    longest = min(settings.longest_s or limits.longest_s, limits.longest_s)
    gain = min(settings.highest_gain or limits.gain[1], limits.gain[1])
    return replace(
        limits,
        longest_s=max(limits.shortest_s, longest),
        gain=(limits.gain[0], max(limits.gain[0], gain)),
    )


def split(stops: float, limits: ExposureLimits) -> Exposure:
    """Return the exposure of `stops`: a longer shutter first, then more gain (and noise)."""
    lowest, highest = limits.gain
    shutter = min(limits.longest_s, max(limits.shortest_s, 2.0**stops / lowest))
    return Exposure(shutter_s=shutter, gain=min(highest, max(lowest, 2.0**stops / shutter)))


def reach(limits: ExposureLimits) -> tuple[float, float]:
    """Return the fewest and the most stops within the limits."""
    return (
        math.log2(limits.shortest_s * limits.gain[0]),
        math.log2(limits.longest_s * limits.gain[1]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """The state of a ramp: its stops and their change per frame. `after` returns the next state.

    A second-order follower: the change per frame is a state of its own, driven by the measured error, so that
    the exposure follows a curve without steps. On a grid (`steps`) the course stays smooth and the camera
    gets the nearest step. Nights look darker than days: the target falls by `night_stops` over the range.
    """

    stops: float
    trend: float = 0.0
    commanded: float | None = None

    @property
    def wanted(self) -> float:
        """The stops that the camera is set to."""
        return self.stops if self.commanded is None else self.commanded

    def after(self, measurement: Measurement, settings: ExposureSettings, limits: ExposureLimits) -> Ramp:
        """Return the next state after a frame that was taken at `wanted` stops."""
        lowest, highest = reach(limits)
        error = self._error(measurement, settings, (lowest, highest))
        trend = self.trend + TREND * _without_dead_band(error)
        step = trend + PULL * _without_dead_band(error)
        step = max(-settings.step_stops, min(settings.step_stops, step))
        stops = max(lowest, min(highest, self.stops + step))
        # A limit must not wind up the trend.
        trend = (
            max(-settings.step_stops, min(settings.step_stops, trend)) if lowest < stops < highest else 0.0
        )
        return Ramp(stops=stops, trend=trend, commanded=self._on_grid(stops, limits))

    def _on_grid(self, stops: float, limits: ExposureLimits) -> float | None:
        if not limits.steps:
            return None
        if self.commanded is not None and abs(stops - self.commanded) * limits.steps < HYSTERESIS:
            return self.commanded
        lowest = reach(limits)[0]
        return lowest + round((stops - lowest) * limits.steps) / limits.steps

    def _error(
        self, measurement: Measurement, settings: ExposureSettings, within: tuple[float, float]
    ) -> float:
        lowest, highest = within
        night = (self.stops - lowest) / (highest - lowest) if highest > lowest else 0.0
        target = math.log2(settings.target) - settings.night_stops * max(0.0, min(1.0, night))
        error = target - math.log2(max(measurement.luminance, 1e-5)) + self.wanted - self.stops
        if measurement.clipped > CLIPPED:
            error = min(error, -math.log2(measurement.clipped / CLIPPED))
        return error


def _without_dead_band(error: float) -> float:
    return math.copysign(max(0.0, abs(error) - DEAD_BAND), error)


def flicker(luminances: Sequence[float]) -> float:
    """Return a movie's flicker: the RMS of the second difference of its frames' log2 luminance, in stops.

    An even change, however fast, has none; frames that alternate by one stop have 2.
    """
    logs = [math.log2(max(one, 1e-6)) for one in luminances]
    bends = [after - 2 * here + before for before, here, after in zip(logs, logs[1:], logs[2:], strict=False)]
    return math.sqrt(sum(one * one for one in bends) / len(bends)) if bends else 0.0
