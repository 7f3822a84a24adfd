"""The capture loop: when to capture, which slots were missed, and what to do when the camera fails."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from camera_agent.backoff import Backoff
from camera_agent.capture.camera import Camera
from camera_agent.capture.focus import FocusAid
from camera_agent.capture.gaps import Gap, GapReason, GapRecorder
from camera_agent.capture.schedule import RECHECK_S, Grid, NextCheck, Timetable
from camera_agent.capture.session import CaptureSession
from camera_agent.capture.work_queue import WorkQueue
from camera_agent.drivers.process import OPEN_DEADLINE_S
from camera_agent.errors import AgentError, DriverError, DriverLost, SpoolError
from camera_agent.exposure import at_interval
from camera_agent.host.clock import ClockQuality
from camera_agent.protocol.settings import ExposureSettings, Schedule
from camera_agent.schedule_state import EVALUATION_ERRORS
from eliot_progress.context import start, start_task

if TYPE_CHECKING:
    from camera_agent.capture.session import CaptureCallbacks
    from camera_agent.captures import Capture
    from camera_agent.drivers.process import DriverProcess
    from camera_agent.home import Json
    from camera_agent.host.clock import Clock, Instant
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status

#: Seconds after which a camera that failed is opened again at the latest, so that it loses few slots.
MAX_PAUSE_S = 5.0
#: A loop that is late by more than this many seconds has stalled.
STALL_GRACE_S = 30.0
#: A slot reached this many seconds late (or an interval, if that is longer) was slept through.
LATE_S = 5.0
#: The camera's health is read at most once in this many seconds.
HEALTH_S = 60.0
#: A picture for the focus aid is taken between captures only if so many times the seconds are left that the
#: one before took. Where they never are, the captures themselves serve.
LOOK_FACTOR = 2.0
STALLED = "A capture took longer than its interval, or the machine was suspended."
UNIX = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSettings:
    """When and how to capture. `interval_s` in seconds; `quota` (0: none) and `reserve` in bytes."""

    interval_s: float
    schedule: Schedule = field(default_factory=Schedule)
    exposure: ExposureSettings = field(default_factory=ExposureSettings)
    quota: int = 0
    reserve: int = 0


class CaptureLoop:
    """Takes captures in their slots until `stop` is set."""

    def __init__(
        self,
        driver: DriverProcess,
        spool: Spool,
        clock: Clock,
        status: Status,
        *,
        stop: threading.Event,
        settings: CaptureSettings,
        callbacks: CaptureCallbacks,
    ) -> None:
        self._clock, self._status, self._stop, self._on_problem = clock, status, stop, callbacks.on_problem
        self._on_failed_settings, self._on_look = callbacks.on_failed_settings, callbacks.on_look
        self.focus = FocusAid()
        self._limit_s = driver.capture_deadline_s
        self._camera = Camera(driver)
        self._session = CaptureSession(
            self._camera,
            spool,
            clock,
            status,
            callbacks,
            quota=settings.quota,
            reserve=settings.reserve,
            focus=self.focus,
        )
        self._changed, self._requests = threading.Event(), WorkQueue(self.wake)
        self._backoff, self._gaps = Backoff(), GapRecorder(callbacks.on_gap)
        self._last_failure: tuple[GapReason, str] | None = None
        self._last_iteration_at, self._health_at = time.monotonic(), -HEALTH_S
        self._lock = threading.Lock()
        self._pending_settings: CaptureSettings | None = None
        #: The settings that were in force before the present ones, to go back to.
        self._former_settings: CaptureSettings | None = None
        self._apply(settings)

    def update_settings(
        self,
        interval_s: float | None = None,
        *,
        schedule: Schedule | None = None,
        exposure: ExposureSettings | None = None,
    ) -> None:
        """Change the settings; None leaves one as it is. Safe to call from any thread."""
        with self._lock:
            settings = self._pending_settings or self._settings
            self._pending_settings = replace(
                settings,
                interval_s=interval_s or settings.interval_s,
                schedule=schedule or settings.schedule,
                exposure=exposure or settings.exposure,
            )
        self._changed.set()

    def run(self) -> None:
        """Capture until stopped: at once first, then on the grid.

        Settings that can't be evaluated are replaced by those before them, and these by the defaults.
        """
        self._open_ahead()
        self._apply(self._settings)
        check: NextCheck | None = None
        while check is None or self._sleep_until(check.at):
            self._last_iteration_at = time.monotonic()
            try:
                if pending := self._take_pending_settings():
                    self._former_settings = self._settings
                    self._apply(pending)
                elif check is not None:
                    self._handle(check)
                since = self._unprocessed_from
                check = self._timetable.next_check(since if check is None else max(time.monotonic(), since))
            except EVALUATION_ERRORS as error:
                self._fall_back(error)
                check = None
        self._gaps.end()
        self._requests.close()
        self._camera.close()

    def capture_now(self, *, timeout_s: float = 60.0) -> Capture:
        """Take one capture now, whatever the schedule says.

        For other threads. AgentError when it fails or takes longer than `timeout_s` seconds.
        """

        def work() -> Capture:
            with start("camera:capture"):
                return self._session.capture_to_spool(self._settings.interval_s)

        return self._requests.call(work, timeout_s=timeout_s)

    def preview(self, *, timeout_s: float = 60.0) -> bytes:
        """Return a small JPEG of what the camera sees now.

        For other threads. AgentError when it fails or takes longer than `timeout_s` seconds.
        """
        return self._requests.call(
            lambda: self._session.preview(self._settings.interval_s), timeout_s=timeout_s
        )

    def is_alive(self) -> bool:
        """Whether the loop still turns. Its longest turn is a wait, an opening and a capture that fail."""
        schedule = self._settings.schedule
        pause = max(self._settings.interval_s, RECHECK_S) + schedule.burst * schedule.burst_s
        work = OPEN_DEADLINE_S + self._limit_s + 4 * max(schedule.bulb_s, self._settings.exposure.shutter_s)
        return time.monotonic() - self._last_iteration_at < pause + work + MAX_PAUSE_S + STALL_GRACE_S

    def wake(self) -> None:
        """Interrupt the wait, for new work or to stop."""
        self._changed.set()

    def _take_pending_settings(self) -> CaptureSettings | None:
        with self._lock:
            pending, self._pending_settings = self._pending_settings, None
        return pending

    def _apply(self, settings: CaptureSettings) -> None:
        self._settings = settings
        grid = Grid(origin=time.monotonic(), interval_s=settings.interval_s)
        self._timetable = Timetable(grid=grid, schedule=settings.schedule, wall=self._wall)
        #: The first moment (monotonic seconds) whose slots have not been processed.
        self._unprocessed_from = grid.origin
        self._camera.set_exposure_settings(
            at_interval(settings.exposure, settings.interval_s), bulb_s=settings.schedule.bulb_s
        )

    def _fall_back(self, error: Exception) -> None:
        """Go back to the settings before these, or to the defaults. The error if these are the defaults."""
        failed, plain = self._settings, CaptureSettings(interval_s=self._settings.interval_s)
        if (failed.schedule, failed.exposure) == (plain.schedule, plain.exposure):
            raise error
        former, self._former_settings = self._former_settings or plain, None
        self._apply(former)
        self._on_failed_settings(
            failed.schedule, failed.exposure, f"They can't be evaluated ({type(error).__name__}: {error})."
        )

    def _open_ahead(self) -> None:
        """Open the camera before a slot, so that the slot does not wait for it; the slot reports failures."""
        with contextlib.suppress(DriverLost, DriverError):
            self._camera.ensure_open()

    def _handle(self, check: NextCheck) -> None:
        if not check.capture:
            self._status.capturing = False
            self._unprocessed_from = check.at
            self._open_ahead()
        elif time.monotonic() - check.at < max(LATE_S, self._settings.interval_s):
            self._run_slot(check.at)

    def _run_slot(self, slot: float) -> None:
        """Capture in a slot, and record the slots that were missed before it."""
        if count := self._timetable.missed(self._unprocessed_from, slot):
            reason, detail = self._last_failure or ("stalled", STALLED)
            self._add_gap(reason, detail, self._unprocessed_from, slot - self._settings.interval_s, count)
        self._unprocessed_from = slot + self._settings.interval_s / 2
        try:
            self._capture_burst(slot)
        except (DriverLost, DriverError, SpoolError) as error:
            self._slot_failed(error, slot)
        else:
            self._slot_succeeded()

    def _capture_burst(self, slot: float) -> None:
        schedule = self._settings.schedule
        for number in range(schedule.burst):
            wait = slot + number * schedule.burst_s - time.monotonic()
            if number and self._stop.wait(max(0.0, wait)):
                return
            # Each scheduled capture is a task of its own; below the run's task the log tree would never end.
            with start_task("camera:capture"):
                self._session.capture_to_spool(self._settings.interval_s)

    def _slot_succeeded(self) -> None:
        self._backoff.succeeded()
        self._gaps.slot_filled()
        self._last_failure = None
        self._status.capturing = True
        self._status.clear_problem("camera")
        if time.monotonic() - self._health_at >= HEALTH_S:
            self._health_at = time.monotonic()
            self._read_health()

    def _read_health(self) -> None:
        """Read the camera's health. The slot has its picture, whatever becomes of this."""
        try:
            self._status.camera_health = self._camera.health()
        except (DriverLost, DriverError) as error:
            self._report_problem(str(error))
            self._reopen()

    def _slot_failed(self, error: AgentError, slot: float) -> None:
        if self._stop.is_set():
            return
        reason: GapReason = "card_full" if isinstance(error, SpoolError) else "camera_failed"
        self._last_failure = reason, str(error)
        self._add_gap(reason, str(error), slot, slot, 1)
        self._report_problem(str(error))
        self._stop.wait(min(MAX_PAUSE_S, self._backoff.wait_s()))
        self._reopen()

    def _reopen(self) -> None:
        """Open the camera now rather than at the next slot, because opening takes time."""
        try:
            self._camera.ensure_open()
        except (DriverLost, DriverError) as again:
            self._report_problem(str(again))

    def _report_problem(self, sentence: str) -> None:
        if not self._stop.is_set() and self._status.set_problem("camera", sentence):
            self._on_problem(sentence)

    def _add_gap(self, reason: GapReason, detail: str, since: float, until: float, count: int) -> None:
        first, last = self._instant(since), self._instant(max(since, until))
        self._gaps.add(Gap(reason=reason, detail=detail, since=first, until=last, count=count))

    def _instant(self, at: float) -> Instant:
        """Return a second of the monotonic clock as an instant."""
        now, shift = self._clock.now(), round((at - time.monotonic()) * 1e9)
        return replace(now, wall_ns=now.wall_ns + shift, monotonic_ns=now.monotonic_ns + shift)

    def _wall(self, at: float) -> datetime | None:
        instant = self._instant(at)
        if instant.quality is ClockQuality.UNKNOWN:
            return None
        return UNIX + timedelta(microseconds=instant.wall_ns // 1000)

    def _sleep_until(self, at: float) -> bool:
        """Wait for a moment, running requests meanwhile; new settings end the wait. False when stopped."""
        while not self._stop.is_set():
            if self._pending_settings is not None:
                return True
            self._requests.run_pending()
            next_look_s = self._look(at)
            wait = at - time.monotonic()
            if wait <= 0:
                return True
            if self._changed.wait(min(wait, next_look_s)):
                self._changed.clear()
        return False

    def grant_focus(self, seconds: Json) -> None:
        """Take pictures for the focus aid, between captures, for so many seconds. For other threads."""
        if self.focus.grant(seconds):
            self._changed.set()

    def _look(self, until: float) -> float:
        """Take a picture for the focus aid if one is due and fits; return the seconds until the next."""
        wait, left = self.focus.due_in_s(), until - time.monotonic()
        if wait > 0 or left < LOOK_FACTOR * self._camera.took_s:
            return wait or math.inf
        with self.focus.attempt():
            self._on_look(self._session.look(left))
        return self.focus.due_in_s()
