"""What became of the captures sent: counted, logged, said, and shown as progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import eliot

from camera_agent.link.upload import Delivered, Later, Lost, Refused, Unauthorized

if TYPE_CHECKING:
    from camera_agent.link.sender import Report
    from camera_agent.status import Status
    from eliot_progress import Progress

#: A replay that delivers nothing for this many seconds gives up; the spool keeps what is left.
GIVE_UP_S = 120.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A picture that will not be delivered, by name, and why."""

    name: str
    code: str
    message: str


class Deliveries:
    """Hears the sender's reports. `stuck` is called when a replay should not wait any longer."""

    def __init__(self, status: Status, *, say: Say, stuck: Callable[[], None] | None = None) -> None:
        self._status, self._say, self._stuck = status, say, stuck
        self.delivered = 0
        self.refused: list[Refusal] = []
        self.progress: Progress | None = None
        self._moved_at = time.monotonic()

    def heard(self, report: Report) -> None:
        """Take note of one attempt."""
        name = report.capture.filename
        match report.outcome:
            case Delivered():
                self.delivered += 1
                self._moved()
            case Refused(code=code, message=message):
                self.refuse(Refusal(name=name, code=code, message=message))
                self._moved()
            case Lost(message=message):
                self.refuse(Refusal(name=name, code="lost", message=message))
                self._moved()
            case Unauthorized(message=message):
                self._trouble("token", f"The server does not accept this camera's token: {message}", 0)
            case Later(message=message):
                self._trouble("upload", message, GIVE_UP_S, then=" Trying again.")

    def refuse(self, refusal: Refusal) -> None:
        """One picture is left out."""
        self.refused.append(refusal)
        eliot.log_message(
            message_type="camera:refused", name=refusal.name, code=refusal.code, message=refusal.message
        )
        self._say(f"Left out {refusal.name}: {refusal.message}")

    def advance(self) -> None:
        """One picture less to wait for."""
        if self.progress is not None:
            self.progress.advance()

    def _moved(self) -> None:
        self._moved_at = time.monotonic()
        self.advance()
        if self._status.well("upload") | self._status.well("token"):
            self._say("Delivering again.")

    def _trouble(self, name: str, sentence: str, patience_s: float, *, then: str = "") -> None:
        """Tell of a trouble when it is news; what is done `then` is no part of the state that stays."""
        if self._status.trouble(name, sentence):
            eliot.log_message(message_type="camera:trouble", message=sentence)
            self._say(sentence + then)
        if self._stuck is not None and time.monotonic() - self._moved_at >= patience_s:
            self._stuck()
