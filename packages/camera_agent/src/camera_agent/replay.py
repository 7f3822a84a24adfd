"""Bringing a finite source (a folder of pictures, a video) through the spool, each picture exactly once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from camera_agent.spool.recovery import REPEATABLE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from camera_agent.clock import Clock
    from camera_agent.drivers.process import DriverProcess
    from camera_agent.frame import Capture
    from camera_agent.spool.store import Spool

#: So many captures may wait: the source is on disk already, so the spool need not hold a second copy of it.
AHEAD = 256


class Replaying:
    """Takes every picture of a source as fast as it is taken from the spool.

    Capture ids are made of the run's name, kept in the spool until the run is complete, and of the picture's
    number: a run that was killed goes on where it stopped, and no picture is delivered twice.
    """

    def __init__(
        self,
        driver: DriverProcess,
        spool: Spool,
        clock: Clock,
        *,
        source: str,
        stop: threading.Event,
        taken: Callable[[Capture | None], None],
    ) -> None:
        self._driver, self._spool, self._clock, self._stop = driver, spool, clock, stop
        self._taken = taken
        self._note = f"replay:{source}"
        self._run = spool.notes.get(self._note) or secrets.token_hex(6)
        spool.notes.set(self._note, self._run)

    def run(self) -> bool:
        """Replay to the end and wait until all is delivered; False when stopped before.

        `taken` hears None for a picture that an earlier try has delivered; of one that it left in the spool
        the sender will tell.
        """
        number = 0
        while not self._stop.is_set():
            target = self._spool.incoming / f"replay-{number}"
            shot = self._driver.capture(target)
            if shot is None:
                return self._drain()
            self._wait_below(AHEAD)
            name = f"{REPEATABLE}{self._run}-{number:08d}"
            capture = self._spool.put(
                target,
                capture=name,
                filename=shot.filename,
                filetype=shot.filetype,
                taken=self._clock.now(),
                exposure=shot.exposure,
            )
            if capture is not None or not self._spool.waits(name):
                self._taken(capture)
            number += 1
        return False

    def _drain(self) -> bool:
        if not self._wait_below(1):
            return False
        # All of it is delivered: the next replay of this source is a new one.
        self._spool.notes.set(self._note, None)
        self._spool.forget()
        return True

    def _wait_below(self, count: int) -> bool:
        with self._spool.changed:
            while not self._stop.is_set():
                if self._spool.counts().pending < count:
                    return True
                self._spool.changed.wait(5.0)
        return False
