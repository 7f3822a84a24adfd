"""Converts shutter times and sensitivities between cameras' texts and numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.exposure import Exposure, ExposureLimits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from camera_agent.captures import ExposureValue

#: `1/200`, `0.0050s`, `30`, `1/60s`: seconds. `bulb`, `Auto` and `65535/65535` (Time) are none.
SHUTTER = re.compile(r"(\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?\s*s?")
#: The sensitivity with a gain of 1 on cameras whose sensitivity can't be set.
BASE_ISO = 100.0
#: Cameras step by thirds of a stop.
STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """A camera's choices, by seconds and by gain over its lowest sensitivity."""

    shutters: Mapping[float, str]
    isos: Mapping[float, str]

    @classmethod
    def of(cls, shutters: Iterable[str], isos: Iterable[str]) -> Scales | None:
        """Read the choices of both settings; None when the shutter can't be set, as with the dial on P."""
        times = {value: text for text in shutters if (value := seconds(text))}
        speeds = {float(text): text for text in isos if text.isdecimal() and int(text) > 0}
        lowest = min(speeds, default=BASE_ISO)
        gains = {speed / lowest: text for speed, text in speeds.items()}
        return cls(shutters=times, isos=gains) if len(times) > 1 else None

    @property
    def limits(self) -> ExposureLimits:
        """The exposure limits, in thirds of a stop."""
        return ExposureLimits(
            shortest_s=min(self.shutters),
            longest_s=max(self.shutters),
            gain=(1.0, max(self.isos, default=1.0)),
            steps=STEPS,
        )

    def nearest(self, wanted: Exposure) -> dict[str, str]:
        """Return the nearest values, by the driver's names of the settings."""
        found = {"shutter": self.shutters[_nearest(self.shutters, wanted.shutter_s)]}
        if self.isos:
            found["iso"] = self.isos[_nearest(self.isos, wanted.gain)]
        return found

    def numeric_exposure(self, exposure: Mapping[str, ExposureValue]) -> dict[str, ExposureValue]:
        """Return a camera's exposure as numbers; empty when it is automatic."""
        shutter = seconds(str(exposure.get("shutter", "")))
        gains = {text: gain for gain, text in self.isos.items()}
        gain = gains.get(str(exposure.get("iso", ""))) if self.isos else 1.0
        return {} if shutter is None or gain is None else {"shutter_s": shutter, "gain": gain}


def seconds(text: str) -> float | None:
    """Parse a shutter time as cameras write it; None for what is no time."""
    match = SHUTTER.fullmatch(text.strip())
    if match is None or text.startswith("65535"):
        return None
    value = float(match[1]) / float(match[2] or 1)
    return value if value > 0 else None


def _nearest(values: Iterable[float], wanted: float) -> float:
    """Return the value the fewest stops away."""
    return min(values, key=lambda one: abs(math.log2(one / wanted)))
