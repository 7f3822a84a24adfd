"""One camera: its driver's process is opened when needed, watched, and exposed according to the settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import eliot

from camera_agent.capture.deadline import AdaptiveDeadline
from camera_agent.capture.exposure_control import ExposureControl
from camera_agent.errors import BadInput, DriverError, DriverLost

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camera_agent.drivers.base import CapturedImage
    from camera_agent.drivers.process import DriverProcess
    from camera_agent.exposure import Exposure
    from camera_agent.home import Json
    from camera_agent.protocol.settings import ExposureSettings

#: A camera that refuses this many times in a row gets a fresh process, in case a library hangs.
MAX_REFUSALS = 3
DIED = "The driver's process ended while it was idle. It is started again."


class Camera:
    """A driver's process and what is known about it. For use by one thread."""

    def __init__(self, process: DriverProcess, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._process, self._monotonic = process, monotonic
        self._deadline = AdaptiveDeadline(process.capture_deadline_s)
        self._open, self._was_open, self._refusals = False, False, 0
        self._exposure: Exposure | None = None
        #: How many seconds the newest picture took; 0 before the first one.
        self.took_s = 0.0
        self.exposure_control: ExposureControl | None = None

    def set_exposure_settings(self, settings: ExposureSettings, *, bulb_s: float) -> None:
        """Expose by new settings from the next picture on."""
        self.exposure_control = ExposureControl(settings, bulb_s=bulb_s)
        if self._open:
            self.exposure_control.camera_opened(self._process.description.exposure_limits)

    def ensure_open(self) -> None:
        """Start the driver's process unless it runs.

        BadInput only the first time; later the same error is a DriverError, because it may pass.
        """
        if self._open and self._process.alive:
            return
        if self._open:
            eliot.log_message(message_type="camera:trouble", message=DIED)
        self._open = False
        try:
            description = self._process.open()
        except BadInput as error:
            if self._was_open:
                raise DriverError(error.message, error.remedy) from error
            raise
        self._open = self._was_open = True
        self._exposure, self._refusals = None, 0
        if self.exposure_control is not None:
            self.exposure_control.camera_opened(description.exposure_limits)

    def take_picture(
        self, target: Path, *, interval_s: float, preview: Path | None = None, centre: Path | None = None
    ) -> CapturedImage | None:
        """Write one picture to `target`, a small copy to `preview`, and its centre at full size to `centre`.

        `interval_s` is the time until the next picture; the deadline depends on it. None at the end of a
        finite source, which then starts again.
        """
        self.ensure_open()
        try:
            image = self._take_exposed(target, interval_s, preview, centre)
        except DriverLost:
            self._open = False
            self._deadline.timed_out()
            raise
        except DriverError:
            self._refusals += 1
            self._open = self._refusals < MAX_REFUSALS
            raise
        self._refusals = 0
        if image is None:
            self._open = False
        return image

    def look(self, target: Path, *, within_s: float, preview: Path, centre: Path) -> None:
        """Write a picture, a small copy of it and its centre. Exposed as the picture before it was.

        DriverError when the camera shows a source, or refuses.
        """
        self.ensure_open()
        if self.is_replayed:
            raise DriverError(
                "This camera shows pictures that were taken before.", "There is nothing to focus."
            )
        shutter, started = self._exposure.shutter_s if self._exposure else 0.0, self._monotonic()
        try:
            self._process.capture(
                target,
                deadline_s=self._deadline.deadline_s(within_s, shutter),
                preview=preview,
                centre=centre,
            )
        except DriverLost:
            self._open = False
            self._deadline.timed_out()
            raise
        self.took_s = self._monotonic() - started

    def _take_exposed(
        self, target: Path, interval_s: float, preview: Path | None, centre: Path | None
    ) -> CapturedImage | None:
        control = self.exposure_control
        exposure = None if control is None else control.next_exposure()
        shutter = exposure.shutter_s if exposure else 0.0
        deadline_s = self._deadline.deadline_s(interval_s, shutter)
        self._set_exposure(exposure, deadline_s)
        started = self._monotonic()
        image = self._process.capture(
            target,
            deadline_s=deadline_s,
            measure=control is not None and control.needs_measurement,
            preview=preview,
            centre=centre,
        )
        self.took_s = self._monotonic() - started
        self._deadline.succeeded(self.took_s, shutter)
        if image is not None and control is not None:
            control.record_capture(image.exposure, image.measurement)
        return image

    def _set_exposure(self, exposure: Exposure | None, deadline_s: float) -> None:
        if exposure != self._exposure:
            self._process.set_exposure(exposure, deadline_s=deadline_s)
            self._exposure = exposure

    @property
    def is_replayed(self) -> bool:
        """Whether its pictures come from a source, and were taken before."""
        return self._process.description.finite

    def health(self) -> dict[str, Json]:
        """Return what the camera reports about itself; empty when it is not open."""
        try:
            return self._process.health() if self._open else {}
        except DriverLost:
            self._open = False
            raise

    @property
    def problem(self) -> str:
        """Why the exposure settings can't be followed; empty when they are."""
        return "" if self.exposure_control is None else self.exposure_control.problem

    def close(self) -> None:
        """Close the camera and end the driver's process."""
        self._open = False
        self._process.close()
