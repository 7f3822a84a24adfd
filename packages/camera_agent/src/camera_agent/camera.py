"""One camera kept in hand: its process opened when there is none, watched, exposed as the settings say."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import eliot

from camera_agent.drivers.patience import Patience
from camera_agent.errors import BadInput, DriverError, DriverLost
from camera_agent.steering import Steering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camera_agent.drivers.base import Shot
    from camera_agent.drivers.process import DriverProcess
    from camera_agent.exposure import Exposing, Exposure
    from camera_agent.home import Json

#: A camera that refuses so many times in a row gets a fresh process: what hangs in a library goes with it.
REFUSALS = 3
DIED = "The driver's process ended while nothing was asked of it. It is started again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to take one picture: seconds to the next one, where to write a small copy."""

    interval_s: float
    preview: Path | None = None


class Camera:
    """A driver's process with what was learnt about it. Used by one thread."""

    def __init__(self, process: DriverProcess, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._process, self._monotonic = process, monotonic
        self._patience = Patience(process.capture_deadline_s)
        self._open, self._was_open, self._refusals = False, False, 0
        self._exposed: Exposure | None = None
        self.steering: Steering | None = None

    def steer(self, settings: Exposing, *, bulb_s: float) -> None:
        """Expose by new settings from the next picture on."""
        self.steering = Steering(settings, bulb_s=bulb_s)
        if self._open:
            self.steering.opened(self._process.description.exposes)

    def ensure_open(self) -> None:
        """Start the driver's process unless it runs. BadInput at the first opening only, as it may heal."""
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
        self._exposed, self._refusals = None, 0
        if self.steering is not None:
            self.steering.opened(description.exposes)

    def take(self, target: Path, wanted: Wanted) -> Shot | None:
        """Take a picture; None when a finite source is at its end, which then begins again."""
        self.ensure_open()
        try:
            shot = self._take(target, wanted)
        except DriverLost:
            self._open = False
            self._patience.lost()
            raise
        except DriverError:
            self._refusals += 1
            self._open = self._refusals < REFUSALS
            raise
        self._refusals = 0
        if shot is None:
            self._open = False
        return shot

    def _take(self, target: Path, wanted: Wanted) -> Shot | None:
        steering = self.steering
        wish = None if steering is None else steering.wish()
        shutter = wish.shutter_s if wish else 0.0
        deadline_s = self._patience.deadline_s(wanted.interval_s, shutter)
        self._expose(wish, deadline_s)
        started = self._monotonic()
        shot = self._process.capture(
            target,
            deadline_s=deadline_s,
            look=steering is not None and steering.looks,
            preview=wanted.preview,
        )
        self._patience.took(self._monotonic() - started, shutter)
        if shot is not None and steering is not None:
            steering.took(shot.exposure, shot.seen)
        return shot

    def _expose(self, wish: Exposure | None, deadline_s: float) -> None:
        if wish != self._exposed:
            self._process.expose(wish, deadline_s=deadline_s)
            self._exposed = wish

    def health(self) -> dict[str, Json]:
        """What the camera tells of itself; empty when it is not open."""
        try:
            return self._process.health() if self._open else {}
        except DriverLost:
            self._open = False
            raise

    @property
    def problem(self) -> str:
        """What keeps the camera from being exposed as the settings say; empty when nothing does."""
        return "" if self.steering is None else self.steering.problem

    def close(self) -> None:
        """Put it away."""
        self._open = False
        self._process.close()
