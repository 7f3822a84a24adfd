"""The loop that takes pictures: when to, what was missed, and what to do when the camera fails."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from camera_agent.camera import Camera
from camera_agent.clock import ClockQuality
from camera_agent.drivers.process import OPEN_DEADLINE_S
from camera_agent.errands import Errands
from camera_agent.errors import AgentError, DriverError, DriverLost, SpoolError
from camera_agent.exposure import Exposing
from camera_agent.gaps import Gap, Gaps, Reason
from camera_agent.link.backoff import Backoff
from camera_agent.schedule import LOOK_AGAIN_S, Grid, Look, Schedule, Timetable
from camera_agent.shooting import Shooting
from eliot_progress.context import start, start_task

if TYPE_CHECKING:
    from camera_agent.clock import Clock, Instant
    from camera_agent.drivers.process import DriverProcess
    from camera_agent.frame import Capture
    from camera_agent.shooting import Listeners
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status

#: A camera that failed is opened again after at most this long, so that it loses few slots.
LONGEST_REST_S = 5.0
#: A loop that is late by more than this many seconds stands still.
SLACK_S = 30.0
#: A slot met so many seconds late (or an interval, if that is longer) was slept through.
LATE_S = 5.0
#: The camera is asked for its health at most so often.
HEALTH_S = 60.0
STALLED = "A capture took longer than its interval, or the machine stood still."
UNIX = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Seconds between captures, when, how exposed; bytes for the spool (0: any), bytes left free."""

    interval_s: float
    schedule: Schedule = field(default_factory=Schedule)
    exposing: Exposing = field(default_factory=Exposing)
    quota: int = 0
    reserve: int = 0


class Filming:
    """Takes captures in their slots until `stop` is set."""

    def __init__(
        self,
        driver: DriverProcess,
        spool: Spool,
        clock: Clock,
        status: Status,
        *,
        stop: threading.Event,
        plan: Plan,
        listeners: Listeners,
    ) -> None:
        self._clock, self._status, self._stop, self._failed = clock, status, stop, listeners.failed
        self._limit_s = driver.capture_deadline_s
        self._camera = Camera(driver)
        self._shooting = Shooting(
            self._camera, spool, clock, status, listeners, quota=plan.quota, reserve=plan.reserve
        )
        self._changed, self._errands = threading.Event(), Errands(self.wake)
        self._rest, self._gaps = Backoff(), Gaps(listeners.missed)
        self._failing: tuple[Reason, str] | None = None
        self._turned_at, self._health_at = time.monotonic(), -HEALTH_S
        self._lock = threading.Lock()
        self._wish: Plan | None = None
        self._adopt(plan)

    def reschedule(
        self,
        interval_s: float | None = None,
        *,
        schedule: Schedule | None = None,
        exposing: Exposing | None = None,
    ) -> None:
        """Film otherwise from now on; what is None stays as it is. May be called from any thread."""
        with self._lock:
            plan = self._wish or self._plan
            self._wish = replace(
                plan,
                interval_s=interval_s or plan.interval_s,
                schedule=schedule or plan.schedule,
                exposing=exposing or plan.exposing,
            )
        self._changed.set()

    def run(self) -> None:
        """Film: the first capture at once, the others on the grid."""
        self._open_ahead()
        self._adopt(self._plan)
        look = self._timetable.next_look(self._from)
        while self._sleep_until(look.at):
            self._turned_at = time.monotonic()
            if wish := self._wished():
                self._adopt(wish)
            else:
                self._look(look)
            look = self._timetable.next_look(max(time.monotonic(), self._from))
        self._gaps.end()
        self._errands.close()
        self._camera.close()

    def capture(self, *, timeout_s: float = 60.0) -> Capture:
        """Take one capture now, whatever the schedule says. From another thread; AgentError when it fails."""

        def work() -> Capture:
            with start("camera:capture"):
                return self._take()

        return self._errands.ask(work, timeout_s=timeout_s)

    def preview(self, *, timeout_s: float = 60.0) -> bytes:
        """A small JPEG of what the camera sees now. From another thread; AgentError when it fails."""
        return self._errands.ask(lambda: self._shooting.preview(self._plan.interval_s), timeout_s=timeout_s)

    def alive(self) -> bool:
        """Whether this loop turns: the longest round is a wait, an opening and a capture that fail."""
        schedule = self._plan.schedule
        pause = max(self._plan.interval_s, LOOK_AGAIN_S) + schedule.burst * schedule.burst_s
        work = OPEN_DEADLINE_S + self._limit_s + 4 * max(schedule.bulb_s, self._plan.exposing.shutter_s)
        return time.monotonic() - self._turned_at < pause + work + LONGEST_REST_S + SLACK_S

    def wake(self) -> None:
        """Come back from waiting, to see that there is something to do, or that it is time to stop."""
        self._changed.set()

    def _wished(self) -> Plan | None:
        with self._lock:
            wish, self._wish = self._wish, None
        return wish

    def _adopt(self, plan: Plan) -> None:
        self._plan = plan
        grid = Grid(origin=time.monotonic(), interval_s=plan.interval_s)
        self._timetable = Timetable(grid=grid, schedule=plan.schedule, wall=self._wall)
        #: The first moment (monotonic seconds) whose slots were not looked at yet.
        self._from = grid.origin
        self._camera.steer(plan.exposing.at_interval(plan.interval_s), bulb_s=plan.schedule.bulb_s)

    def _open_ahead(self) -> None:
        """Open the camera before a slot, which then does not wait for it. When it fails the slot tells."""
        with contextlib.suppress(DriverLost, DriverError):
            self._camera.ensure_open()

    def _look(self, look: Look) -> None:
        if not look.film:
            self._status.working = False
            self._from = look.at
            self._open_ahead()
        elif time.monotonic() - look.at < max(LATE_S, self._plan.interval_s):
            self._serve(look.at)

    def _serve(self, slot: float) -> None:
        """Film in a slot, and account for those that were missed before it."""
        if lost := self._timetable.missed(self._from, slot):
            reason, detail = self._failing or ("stalled", STALLED)
            self._miss(reason, detail, self._from, slot - self._plan.interval_s, lost)
        self._from = slot + self._plan.interval_s / 2
        try:
            self._burst(slot)
            self._well()
        except (DriverLost, DriverError, SpoolError) as error:
            self._fail(error, slot)

    def _burst(self, slot: float) -> None:
        schedule = self._plan.schedule
        for number in range(schedule.burst):
            wait = slot + number * schedule.burst_s - time.monotonic()
            if number and self._stop.wait(max(0.0, wait)):
                return
            # What comes of a picture is a tree of its own, or that of the run would grow for ever.
            with start_task("camera:capture"):
                self._take()

    def _take(self) -> Capture:
        return self._shooting.take(self._plan.interval_s)

    def _well(self) -> None:
        self._rest.succeeded()
        self._gaps.served()
        self._failing = None
        self._status.working = True
        self._status.well("camera")
        if time.monotonic() - self._health_at >= HEALTH_S:
            self._health_at = time.monotonic()
            self._status.camera_health = self._camera.health()

    def _fail(self, error: AgentError, slot: float) -> None:
        if self._stop.is_set():
            return
        reason: Reason = "card_full" if isinstance(error, SpoolError) else "camera_failed"
        self._failing = reason, str(error)
        self._miss(reason, str(error), slot, slot, 1)
        self._say(str(error))
        self._stop.wait(min(LONGEST_REST_S, self._rest.wait_s()))
        try:
            # At once, not at its next slot, for opening takes time.
            self._camera.ensure_open()
        except (DriverLost, DriverError) as again:
            self._say(str(again))

    def _say(self, sentence: str) -> None:
        if not self._stop.is_set() and self._status.trouble("camera", sentence):
            self._failed(sentence)

    def _miss(self, reason: Reason, detail: str, since: float, until: float, count: int) -> None:
        first, last = self._instant(since), self._instant(max(since, until))
        self._gaps.miss(Gap(reason=reason, detail=detail, since=first, until=last, count=count))

    def _instant(self, at: float) -> Instant:
        """A second of the monotonic clock as a moment."""
        now, shift = self._clock.now(), round((at - time.monotonic()) * 1e9)
        return replace(now, wall_ns=now.wall_ns + shift, monotonic_ns=now.monotonic_ns + shift)

    def _wall(self, at: float) -> datetime | None:
        instant = self._instant(at)
        if instant.quality is ClockQuality.UNKNOWN:
            return None
        return UNIX + timedelta(microseconds=instant.wall_ns // 1000)

    def _sleep_until(self, at: float) -> bool:
        """Wait for a moment, doing errands; a new plan ends the wait. False when it is time to stop."""
        while not self._stop.is_set():
            if self._wish is not None:
                return True
            self._errands.serve()
            wait = at - time.monotonic()
            if wait <= 0:
                return True
            if self._changed.wait(wait):
                self._changed.clear()
        return False
