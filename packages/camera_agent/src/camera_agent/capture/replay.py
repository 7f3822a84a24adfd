"""Replays a finite source (a folder of pictures, a video) through the spool, each picture exactly once."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import TYPE_CHECKING

from camera_agent.host.clock import ClockQuality, Instant
from camera_agent.spool.recovery import REPEATABLE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from camera_agent.captures import Capture
    from camera_agent.drivers.base import CapturedImage
    from camera_agent.drivers.process import DriverProcess
    from camera_agent.host.clock import Clock
    from camera_agent.spool.store import Spool

#: At most this many captures are pending: the source is on disk already and needs no second copy.
MAX_PENDING = 256


class Replay:
    """Puts every picture of a source into the spool, as fast as the spool is delivered.

    A capture id consists of the run's name, which the spool keeps until the run is complete, and what tells
    the picture apart: its path, or the number of a frame. A run that was killed resumes, also if the source
    has got more pictures, and no picture is delivered twice.
    """

    def __init__(
        self,
        driver: DriverProcess,
        spool: Spool,
        clock: Clock,
        *,
        source: str,
        stop: threading.Event,
        on_picture: Callable[[Capture | None], None],
    ) -> None:
        self._driver, self._spool, self._clock, self._stop = driver, spool, clock, stop
        self._on_picture = on_picture
        self._key = f"replay:{source}".encode("utf-8", "backslashreplace").decode()
        self._run = spool.key_values.get(self._key) or secrets.token_hex(6)
        spool.key_values.set(self._key, self._run)

    def run(self) -> bool:
        """Replay to the end and wait until all is delivered; False when stopped before.

        `on_picture` receives None for a picture that an earlier try has delivered. A picture that is still in
        the spool is not reported here but by its upload.
        """
        number = 0
        while not self._stop.is_set():
            target = self._spool.incoming / f"replay-{number}"
            image = self._driver.capture(target)
            if image is None:
                return self._drain()
            self._wait_below(MAX_PENDING)
            name = f"{REPEATABLE}{self._run}-{_place(image, number)}"
            capture = self._spool.put(
                target,
                capture=name,
                filename=image.filename,
                filetype=image.filetype,
                captured_at=self._captured_at(image),
                exposure=image.exposure,
            )
            if capture is not None or not self._spool.is_pending(name):
                self._on_picture(capture)
            number += 1
        return False

    def _captured_at(self, image: CapturedImage) -> Instant:
        if image.captured_ns is None:
            return self._clock.now()
        # Of another device's clock: no fix of this boot may correct it.
        return Instant(wall_ns=image.captured_ns, quality=ClockQuality.UNKNOWN, boot="", monotonic_ns=0)

    def _drain(self) -> bool:
        if not self._wait_below(1):
            return False
        # All of it is delivered: the next replay of this source is a new run.
        self._spool.key_values.set(self._key, None)
        self._spool.prune_rows()
        return True

    def _wait_below(self, count: int) -> bool:
        with self._spool.changed:
            while not self._stop.is_set():
                if self._spool.counts().pending < count:
                    return True
                self._spool.changed.wait(5.0)
        return False


def _place(image: CapturedImage, number: int) -> str:
    """Return what tells a picture apart from all others of its source."""
    if not image.path:
        return f"{number:08d}"
    return blake2b(image.path.encode(), digest_size=12).hexdigest()
