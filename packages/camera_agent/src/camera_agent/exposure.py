"""How long and how sensitive: automatic, locked, or ramped through sunset and sunrise.

Exposure is counted in stops (powers of two): `log2(shutter_s * gain)`. Everything here is pure; a driver sets
what is decided, and its process measures what came of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from camera_agent.settings_table import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODES = ("auto", "locked", "ramp")
#: What one frame's error (in stops) adds to the exposure, and to its change per frame. PULL is twice the root
#: of TREND: the follower is critically damped, and stands still on a steady course without a lag.
TREND = 0.01
PULL = 2 * math.sqrt(TREND)
#: On a grid the camera is told a new step only when the course has left the old one by this share of a step.
HYSTERESIS = 0.6
#: Stops from frame to frame that nobody sees; stops in a second by which the light changes at most at dusk.
STEP, TWILIGHT = 1 / 6, 0.006
#: Stops: an error that is not corrected, so that clouds and noise don't make the film flicker.
CALM = 0.04
#: Above this share of burnt-out pixels a ramp goes down whatever the mean says.
CLIPPED = 0.008


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Shutter time in seconds; gain as a factor over the camera's lowest (ISO 100 is 1)."""

    shutter_s: float
    gain: float = 1.0

    @property
    def stops(self) -> float:
        """How much light it makes of the same scene, in stops."""
        return math.log2(self.shutter_s * self.gain)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureLimits:
    """What a camera can be set to; `steps` to the stop, 0 for any value in between."""

    shortest_s: float
    longest_s: float
    gain: tuple[float, float] = (1.0, 1.0)
    steps: int = 0
    #: The longest that the shutter can be held open by hand, as it were; 0 when it can't.
    bulb_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured in a picture: mean linear luminance (0 to 1), share of burnt-out pixels."""

    luminance: float
    clipped: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSettings:
    """The table `[exposure]`. The default leaves it to the camera."""

    #: `auto`: the camera decides; `locked`: one exposure for all; `ramp`: follows the light, smoothly.
    mode: str = "auto"
    #: Locked: seconds and gain; 0: what the camera finds right for its first picture.
    shutter_s: float = 0.0
    gain: float = 0.0
    #: Ramp: the mean luminance to keep, linear, 0 to 1 (0.18 is middle grey).
    target: float = 0.18
    #: Ramp: by how many stops nights may be darker than days.
    night_stops: float = 1.5
    #: Ramp: at most so many stops from frame to frame; 0: a sixth, or what twilight takes in an interval.
    step_stops: float = 0.0
    #: Ramp: the longest shutter time before gain is raised; the highest gain. 0: as the camera allows.
    longest_s: float = 0.0
    highest_gain: float = 0.0

    def find_invalid(self) -> InvalidSetting | None:
        """What keeps these settings from working."""
        if self.mode not in MODES:
            return InvalidSetting(
                name="mode", message=f"mode can't be {self.mode!r}.", remedy=f"There are: {', '.join(MODES)}."
            )
        ranges: Mapping[str, tuple[float, float]] = {
            "shutter_s": (0, 3600),
            "gain": (0, 1024),
            "target": (0.01, 0.7),
            "night_stops": (0, 6),
            "step_stops": (0, 1),
            "longest_s": (0, 3600),
            "highest_gain": (0, 1024),
        }
        for name, (lowest, highest) in ranges.items():
            value = getattr(self, name)
            if not lowest <= value <= highest:
                message = f"{name} goes from {lowest:g} to {highest:g}, and is {value:g}."
                return InvalidSetting(name=name, message=message)
        return None

    def at_interval(self, interval_s: float) -> ExposureSettings:
        """The same, with the limit of a step settled: a ramp that can't keep up with dawn burns it out."""
        return replace(self, step_stops=self.step_stops or min(1.0, max(STEP, TWILIGHT * interval_s)))

    def within(self, limits: ExposureLimits) -> ExposureLimits:
        """The camera's limits, narrowed by these settings."""
        longest = min(self.longest_s or limits.longest_s, limits.longest_s)
        gain = min(self.highest_gain or limits.gain[1], limits.gain[1])
        return replace(
            limits,
            longest_s=max(limits.shortest_s, longest),
            gain=(limits.gain[0], max(limits.gain[0], gain)),
        )


def split(stops: float, limits: ExposureLimits) -> Exposure:
    """The exposure of so many stops: a longer shutter first, then more gain (and noise)."""
    lowest, highest = limits.gain
    shutter = min(limits.longest_s, max(limits.shortest_s, 2.0**stops / lowest))
    return Exposure(shutter_s=shutter, gain=min(highest, max(lowest, 2.0**stops / shutter)))


def reach(limits: ExposureLimits) -> tuple[float, float]:
    """The fewest and the most stops that a camera can do."""
    return (
        math.log2(limits.shortest_s * limits.gain[0]),
        math.log2(limits.longest_s * limits.gain[1]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """Where a ramp stands: stops now and their change per frame. `after` gives where it goes.

    A second-order follower: the change per frame is a state of its own, pulled by the error seen, so that the
    exposure turns in curves and not in steps; on a grid (`steps`) the course goes on smoothly and the camera
    gets its nearest step. Day and night differ in how bright they shall look: the target falls by
    `night_stops` over the camera's reach.
    """

    stops: float
    trend: float = 0.0
    commanded: float | None = None

    @property
    def wanted(self) -> float:
        """The stops that the camera is asked for."""
        return self.stops if self.commanded is None else self.commanded

    def after(self, measurement: Measurement, settings: ExposureSettings, limits: ExposureLimits) -> Ramp:
        """Where to go after a frame that was taken at `wanted` stops."""
        lowest, highest = reach(limits)
        error = self._error(measurement, settings, (lowest, highest))
        trend = self.trend + TREND * _calm(error)
        step = trend + PULL * _calm(error)
        step = max(-settings.step_stops, min(settings.step_stops, step))
        stops = max(lowest, min(highest, self.stops + step))
        # What a limit took away must not wind up in the trend.
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


def _calm(error: float) -> float:
    return math.copysign(max(0.0, abs(error) - CALM), error)


def flicker(luminances: Sequence[float]) -> float:
    """How unsteady a film is: RMS of the second difference of its frames' log2 luminance, in stops.

    A film that gets darker evenly, however fast, has none; frames that alternate by one stop have 2.
    """
    logs = [math.log2(max(one, 1e-6)) for one in luminances]
    bends = [after - 2 * here + before for before, here, after in zip(logs, logs[1:], logs[2:], strict=False)]
    return math.sqrt(sum(one * one for one in bends) / len(bends)) if bends else 0.0
