"""How each capture shall be exposed: by the settings, the camera's limits and the picture before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.exposure import Exposing, Exposure, Limits, Ramp, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.exposure import Seen
    from camera_agent.frame import ExposureValue


class Steering:
    """Holds the mode's state between captures. `problem` is what keeps the settings from being followed."""

    def __init__(self, settings: Exposing, *, bulb_s: float = 0.0) -> None:
        self._settings, self._bulb_s = settings, bulb_s
        self._limits: Limits | None = None
        self._ramp: Ramp | None = None
        self._locked: Exposure | None = None
        self.problem = ""

    @property
    def active(self) -> bool:
        """Whether the camera shall be told its exposure."""
        return self._settings.mode != "auto" or self._bulb_s > 0

    @property
    def looks(self) -> bool:
        """Whether pictures must be measured."""
        return self._settings.mode == "ramp" and self._bulb_s == 0

    def opened(self, limits: Limits | None) -> None:
        """The camera was opened, and says what it can be set to; None when it can't be."""
        self.problem = self._problem(limits)
        self._limits = None if limits is None or self.problem else self._settings.within(limits)

    def wish(self) -> Exposure | None:
        """How the next capture shall be exposed; None leaves it to the camera."""
        limits = self._limits
        if limits is None or not self.active:
            return None
        if self._bulb_s:
            return Exposure(shutter_s=self._bulb_s, gain=self._settings.gain or limits.gain[0])
        if self._ramp is not None:
            return split(self._ramp.wanted, limits)
        if self._settings.mode == "locked" and self._settings.shutter_s:
            return Exposure(shutter_s=self._settings.shutter_s, gain=self._settings.gain or limits.gain[0])
        return self._locked

    def took(self, exposure: Mapping[str, ExposureValue], seen: Seen | None) -> None:
        """A capture was taken so: a lock keeps the first one's exposure, a ramp goes on from it."""
        limits = self._limits
        if limits is None or self._bulb_s:
            return
        found = _exposure_of(exposure)
        if self._settings.mode == "locked" and self._locked is None:
            self._locked = found
        if self._settings.mode != "ramp":
            return
        if self._ramp is None and found is not None:
            self._ramp = Ramp(stops=found.stops)
        if self._ramp is None:
            self.problem = "The exposure can't be ramped: the camera does not tell how it exposes."
        elif seen is None:
            self.problem = (
                "The exposure can't be ramped: install Pillow, pip install 'camera-agent[preview]'."
            )
        else:
            self.problem = ""
            self._ramp = self._ramp.after(seen, self._settings, limits)

    def _problem(self, limits: Limits | None) -> str:
        if not self.active:
            return ""
        if limits is None:
            return "This camera's exposure can't be set: it stays automatic. Set exposure.mode to 'auto'."
        if self._bulb_s > max(limits.bulb_s, limits.longest_s):
            longest = max(limits.bulb_s, limits.longest_s)
            return f"schedule.bulb_s is left out: this camera exposes for at most {longest:g} s."
        wanted = self._settings.shutter_s
        if wanted and not limits.shortest_s <= wanted <= max(limits.bulb_s, limits.longest_s):
            return (
                f"exposure.shutter_s = {wanted:g} is left out: this camera goes from {limits.shortest_s:g} s"
                f" to {limits.longest_s:g} s."
            )
        return ""


def _exposure_of(told: Mapping[str, ExposureValue]) -> Exposure | None:
    shutter, gain = told.get("shutter_s"), told.get("gain", 1.0)
    if isinstance(shutter, int | float) and isinstance(gain, int | float) and shutter > 0 and gain > 0:
        return Exposure(shutter_s=float(shutter), gain=float(gain))
    return None
