"""The results of uploads: counted, logged, shown as progress, and reported to people."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import eliot

from camera_agent.delivery.upload import Delivered, Lost, Refused, RetryLater, Unauthorized

if TYPE_CHECKING:
    from camera_agent.delivery.uploader import UploadAttempt
    from camera_agent.status import Status
    from eliot_progress import Progress

#: A replay that delivers nothing for this many seconds gives up; the rest stays in the spool.
GIVE_UP_S = 120.0

Notify = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A picture that will not be delivered: its file name and the reason."""

    name: str
    code: str
    message: str


class DeliveryTracker:
    """Records upload attempts. `give_up` is called when a replay should not wait any longer.

    `on_refusal` receives each picture that is left out: an agent may run for years, so none is kept here.
    """

    def __init__(
        self,
        status: Status,
        *,
        notify: Notify,
        progress: Progress | None = None,
        give_up: Callable[[], None] | None = None,
        on_refusal: Callable[[Refusal], None] | None = None,
    ) -> None:
        self._status, self._notify, self._progress, self._give_up = status, notify, progress, give_up
        self._on_refusal = on_refusal
        self.delivered = 0
        self._progress_at = time.monotonic()

    def record(self, attempt: UploadAttempt) -> None:
        """Record the outcome of one attempt."""
        name = attempt.capture.filename
        match attempt.outcome:
            case Delivered():
                self.delivered += 1
                self._made_progress()
            case Refused(code=code, message=message):
                self.refuse(Refusal(name=name, code=code, message=message))
                self._made_progress()
            case Lost(message=message):
                self.refuse(Refusal(name=name, code="lost", message=message))
                self._made_progress()
            case Unauthorized(message=message):
                self._report_problem("token", message, 0)
            case RetryLater(message=message):
                self._report_problem("upload", message, GIVE_UP_S, then=" Trying again.")

    def refuse(self, refusal: Refusal) -> None:
        """Record a picture that is left out."""
        if self._on_refusal is not None:
            self._on_refusal(refusal)
        eliot.log_message(
            message_type="camera:refused", name=refusal.name, code=refusal.code, message=refusal.message
        )
        self._notify(f"Left out {refusal.name}: {refusal.message}")

    def advance(self) -> None:
        """Advance the progress bar, if there is one, by one picture."""
        if self._progress is not None:
            self._progress.advance()

    def _made_progress(self) -> None:
        self._progress_at = time.monotonic()
        self.advance()
        if self._status.clear_problem("upload") | self._status.clear_problem("token"):
            self._notify("Delivering again.")

    def _report_problem(self, name: str, sentence: str, give_up_after_s: float, *, then: str = "") -> None:
        """Report a problem when it is new. `then` says what happens next; it is not part of the state."""
        if self._status.set_problem(name, sentence):
            eliot.log_message(message_type="camera:trouble", message=sentence)
            self._notify(sentence + then)
        if self._give_up is not None and time.monotonic() - self._progress_at >= give_up_after_s:
            self._give_up()
