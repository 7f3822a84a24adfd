"""The loop that uploads captures: oldest first, with retries."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import eliot

from camera_agent.backoff import Backoff
from camera_agent.delivery.deferral import DeferredCaptures
from camera_agent.delivery.upload import Delivered, Lost, Outcome, Refused, RetryLater, Unauthorized, upload
from camera_agent.errors import LinkDown, PictureLost, SpoolError
from eliot_progress import extract

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camera_agent.captures import Capture
    from camera_agent.remote.client import Client

#: Seconds between checks whether the camera has been paired again.
TOKEN_CHECK_S = 2.0
#: Seconds between checks whether captures may be uploaded.
POLL_S = 2.0
#: Seconds between looks into a spool without captures to send: another process may have changed it.
IDLE_S = 60.0


class UploadSource(Protocol):
    """What an uploader needs of a spool. A claimed capture belongs to one uploader."""

    changed: threading.Condition

    def claim(self, deferred: frozenset[int] = ...) -> Capture | None:
        """Claim the next capture; deferred ones (by sequence number) come after all others."""
        ...

    def release(self, capture: Capture) -> None:
        """Release a claimed capture."""
        ...

    def path(self, capture: Capture) -> Path:
        """Return the path of its picture."""
        ...

    def mark_attempted(self, capture: Capture) -> None:
        """Record that bytes may have reached the server."""
        ...

    def mark_delivered(self, capture: Capture) -> None:
        """Record that the server has it."""
        ...

    def mark_refused(self, capture: Capture, code: str, message: str) -> None:
        """Record that the server refuses it for good."""
        ...

    def mark_lost(self, capture: Capture, message: str) -> None:
        """Record that its picture can't be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAttempt:
    """One attempt to upload a capture.

    `wait_s` is the seconds until the next attempt, if there is one; `least_s` of them pass even if a
    heartbeat gets through in between.
    """

    capture: Capture
    outcome: Outcome
    wait_s: float = 0.0
    least_s: float = 0.0


class Uploader:
    """Uploads until `stop` is set. Several uploaders share a spool, each with a client of its own.

    `may_send` decides whether to upload now; `token` is read again after a 401; `on_attempt` receives every
    attempt. A capture that the server fails to store is deferred, unless captures are to stay `ordered`.
    `answered_at` returns the second of the monotonic clock at which the server last answered a heartbeat.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        spool: UploadSource,
        client: Client,
        *,
        stop: threading.Event,
        token: Callable[[], str | None],
        on_attempt: Callable[[UploadAttempt], None],
        may_send: Callable[[], bool] = lambda: True,
        ordered: Callable[[], bool] = lambda: False,
        answered_at: Callable[[], float] = lambda: -math.inf,
        backoff: Backoff | None = None,
    ) -> None:
        self._spool = spool
        self._client = client
        self._stop = stop
        self._token = token
        self._on_attempt = on_attempt
        self._may_send, self._ordered, self._answered_at = may_send, ordered, answered_at
        self._deferral = DeferredCaptures()
        self._backoff = backoff or Backoff()

    def run(self) -> None:
        """Upload until stopped. A full card does not end the loop."""
        while not self._stop.is_set():
            try:
                self._iterate()
            except SpoolError as error:
                eliot.log_message(message_type="camera:trouble", message=str(error))
                self._stop.wait(POLL_S)
        self._client.close()

    def _iterate(self) -> None:
        if not self._may_send():
            self._stop.wait(POLL_S)
        elif (capture := self._next()) is not None:
            try:
                self._pause(self.attempt(capture))
            finally:
                self._spool.release(capture)

    def _next(self) -> Capture | None:
        deferred = frozenset() if self._ordered() else self._deferral.deferred()
        with self._spool.changed:
            capture = self._spool.claim(deferred)
            if capture is None and not self._stop.is_set():
                self._spool.changed.wait(IDLE_S)
            return capture

    def attempt(self, capture: Capture) -> UploadAttempt:
        """Try to upload one capture, and record the outcome in the spool."""
        with _below_cause(capture):
            outcome = self._deliver(capture)
        try:
            self._record(capture, outcome)
        except SpoolError as error:
            # A full card can't store the outcome: the capture is sent again, as a duplicate.
            outcome = RetryLater(message=str(error), from_app=True)
        report = self._report(capture, outcome)
        self._on_attempt(report)
        return report

    def _report(self, capture: Capture, outcome: Outcome) -> UploadAttempt:
        """Return the attempt with the seconds to wait before the next one."""
        wait_s = least_s = 0.0
        if isinstance(outcome, Unauthorized):
            wait_s = TOKEN_CHECK_S
        elif isinstance(outcome, RetryLater):
            own_s = self._backoff.wait_s()
            wait_s = max(own_s, outcome.after_s or 0.0)
            least_s = wait_s if outcome.from_app else 0.0 if outcome.unanswered else own_s
        return UploadAttempt(capture=capture, outcome=outcome, wait_s=wait_s, least_s=least_s)

    def _record(self, capture: Capture, outcome: Outcome) -> None:
        """Record the outcome in the spool."""
        match outcome:
            case Delivered():
                self._spool.mark_delivered(capture)
                self._succeeded(capture)
            case Refused(code=code, message=message):
                self._spool.mark_refused(capture, code, message)
                self._succeeded(capture)
            case Lost(message=message):
                self._spool.mark_lost(capture, message)
            case RetryLater(about_capture=about_capture):
                if about_capture:
                    self._deferral.failed(capture.sequence)
                self._spool.mark_attempted(capture)

    def _succeeded(self, capture: Capture) -> None:
        self._backoff.succeeded()
        self._deferral.resolved(capture.sequence)

    def _deliver(self, capture: Capture) -> Outcome:
        if self._client.token is None:
            # Neither a picture nor a token goes to a server that this camera is not paired with.
            return Unauthorized(message=f"This camera is not paired with {self._client.server}.")
        try:
            return upload(self._client, capture, self._spool.path(capture))
        except LinkDown as error:
            return RetryLater(message=str(error), unanswered=True)
        except PictureLost as error:
            return Lost(message=str(error))

    def _pause(self, report: UploadAttempt) -> None:
        if not isinstance(report.outcome, Unauthorized):
            self._wait(report)
            return
        rejected = self._client.token
        while self._token() in (rejected, None) and not self._stop.wait(report.wait_s):
            pass
        self._client.token = self._token()

    def _wait(self, report: UploadAttempt) -> None:
        """Wait for the next attempt; a heartbeat that the server answers ends the wait, but for `least_s`."""
        began = time.monotonic()
        self._stop.wait(report.least_s)
        while (left_s := began + report.wait_s - time.monotonic()) > 0:
            if self._answered_at() > began or self._stop.wait(min(left_s, POLL_S)):
                return


@contextmanager
def _below_cause(capture: Capture) -> Iterator[None]:
    """Log the upload below the action that took the picture, if it is known."""
    origin = extract(capture.cause)
    if origin is None:
        yield
        return
    with origin.start_child("camera:deliver", capture=capture.capture):
        yield
