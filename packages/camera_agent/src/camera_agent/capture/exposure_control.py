"""Exposure control: the next exposure from the settings, the camera's limits and the previous picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.exposure import Exposure, ExposureLimits, Ramp, narrowed, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.captures import ExposureValue
    from camera_agent.exposure import Measurement
    from camera_agent.protocol.settings import ExposureSettings


class ExposureControl:
    """Keeps the mode's state between captures. `problem` says why the settings can't be followed."""

    def __init__(self, settings: ExposureSettings, *, bulb_s: float = 0.0) -> None:
        self._settings, self._bulb_s = settings, bulb_s
        self._limits: ExposureLimits | None = None
        self._ramp: Ramp | None = None
        self._locked: Exposure | None = None
        self.problem = ""

    @property
    def active(self) -> bool:
        """Whether the camera's exposure is set by the agent."""
        return self._settings.mode != "auto" or self._bulb_s > 0

    @property
    def needs_measurement(self) -> bool:
        """Whether the brightness of pictures must be measured."""
        return self._settings.mode == "ramp" and self._bulb_s == 0

    def camera_opened(self, limits: ExposureLimits | None) -> None:
        """Note the limits of a camera that was opened; None when its exposure can't be set."""
        self.problem = self._problem(limits)
        self._limits = None if limits is None or self.problem else narrowed(limits, self._settings)

    def next_exposure(self) -> Exposure | None:
        """Return the exposure of the next capture; None leaves it to the camera."""
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

    def record_capture(self, exposure: Mapping[str, ExposureValue], measurement: Measurement | None) -> None:
        """Note how a capture was exposed: a lock keeps the first exposure, a ramp continues from it."""
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
            self.problem = "The exposure can't be ramped: the camera does not report its exposure."
        elif measurement is None:
            self.problem = (
                "The exposure can't be ramped: the picture's brightness can't be measured."
                " That needs Pillow: pip install 'camera-agent[preview]'."
            )
        else:
            self.problem = ""
            self._ramp = self._ramp.after(measurement, self._settings, limits)

    def _problem(self, limits: ExposureLimits | None) -> str:
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


def _exposure_of(exposure: Mapping[str, ExposureValue]) -> Exposure | None:
    shutter, gain = exposure.get("shutter_s"), exposure.get("gain", 1.0)
    if isinstance(shutter, int | float) and isinstance(gain, int | float) and shutter > 0 and gain > 0:
        return Exposure(shutter_s=float(shutter), gain=float(gain))
    return None
