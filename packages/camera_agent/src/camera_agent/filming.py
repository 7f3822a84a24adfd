"""The loop that takes pictures: driver, schedule and spool, and what to do when the camera fails."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.drivers.process import OPEN_DEADLINE_S
from camera_agent.errors import DriverError, DriverLost, SpoolError
from camera_agent.frame import Capture, new_capture_id
from camera_agent.link.backoff import Backoff
from camera_agent.schedule import Grid

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.clock import Clock
    from camera_agent.drivers.process import DriverProcess
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status

#: A camera that failed is opened again after at most this long, so that it loses few slots.
LONGEST_REST_S = 5.0
#: A loop that is late by more than this many seconds stands still.
SLACK_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Seconds between captures; bytes that the spool may take (0: no limit), and that stay free."""

    interval_s: float
    quota: int = 0
    reserve: int = 0


class Filming:
    """Takes one capture per slot until `stop` is set; `taken` hears of each."""

    def __init__(
        self,
        driver: DriverProcess,
        spool: Spool,
        clock: Clock,
        status: Status,
        *,
        stop: threading.Event,
        plan: Plan,
        taken: Callable[[Capture], None],
        failed: Callable[[str], None],
    ) -> None:
        self._driver, self._spool, self._clock, self._status = driver, spool, clock, status
        self._stop, self._taken, self._failed = stop, taken, failed
        self._changed, self._plan = threading.Event(), plan
        self._rest = Backoff()
        self._turned_at = time.monotonic()
        self.grid = Grid(origin=time.monotonic(), interval_s=plan.interval_s)

    def reschedule(self, interval_s: float) -> None:
        """Film every `interval_s` seconds from now on."""
        self.grid = Grid(origin=time.monotonic(), interval_s=interval_s)
        self._changed.set()

    def run(self) -> None:
        """Film: the first capture at once, the others on the grid."""
        is_open, slot = False, self.grid.origin
        while self._sleep_until(slot):
            self._turned_at = time.monotonic()
            try:
                if not is_open:
                    self._driver.open()
                    is_open = True
                self._take()
                self._well()
            except (DriverLost, DriverError, SpoolError) as error:
                is_open = is_open and not isinstance(error, DriverLost)
                self._fail(str(error))
            slot = self.grid.next_slot(time.monotonic())
        self._driver.close()

    def alive(self) -> bool:
        """Whether this loop turns: the longest round is a wait, an opening and a capture that fail."""
        longest = self.grid.interval_s + OPEN_DEADLINE_S + self._driver.capture_deadline_s + LONGEST_REST_S
        return time.monotonic() - self._turned_at < longest + SLACK_S

    def _take(self) -> None:
        self._make_room()
        target = self._spool.incoming / "shot"
        target.unlink(missing_ok=True)
        moment = self._clock.now()
        shot = self._driver.capture(target)
        if shot is None:
            # A source with an end begins again: a folder makes an endless camera.
            self._driver.open()
            return
        number = self._spool.last_sequence() + 1
        capture = self._spool.put(
            target,
            capture=new_capture_id("cam", number),
            filename=shot.filename,
            filetype=shot.filetype,
            taken=moment,
            exposure=shot.exposure,
        )
        if capture is not None:
            self._status.last_capture = capture
            self._taken(capture)

    def _make_room(self) -> None:
        freed = self._spool.make_room(quota=self._plan.quota, reserve=self._plan.reserve)
        if freed.thinned:
            self._failed(f"The card is full: {freed.thinned} waiting pictures were dropped, evenly spread.")
        if freed.bytes:
            self._status.trouble("disk", "The card is full: the backlog is thinned out to go on filming.")
        else:
            self._status.well("disk")

    def _well(self) -> None:
        self._rest.succeeded()
        self._status.working = True
        self._status.well("camera")

    def _fail(self, message: str) -> None:
        if self._stop.is_set():
            return
        if self._status.trouble("camera", message):
            self._failed(message)
        self._stop.wait(min(LONGEST_REST_S, self._rest.wait_s()))

    def _sleep_until(self, slot: float) -> bool:
        """Wait for a slot; a new schedule moves it. False when it is time to stop."""
        while not self._stop.is_set():
            wait = slot - time.monotonic()
            if wait <= 0:
                return True
            if self._changed.wait(wait):
                self._changed.clear()
                slot = self.grid.next_slot(time.monotonic())
        return False

    def wake(self) -> None:
        """Come back from waiting, to see that it is time to stop."""
        self._changed.set()
