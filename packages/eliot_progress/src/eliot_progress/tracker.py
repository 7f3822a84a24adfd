"""Work in progress: combines what the caller counts with estimates, and sends the reports."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from eliot_progress import context, ids, messages, sanitise
from eliot_progress._eliot import CURRENT_ACTION
from eliot_progress.cancellation import outcome_of
from eliot_progress.estimate import Estimate
from eliot_progress.progress_counter import ProgressCounter
from eliot_progress.reporter import REPORTER

if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType

    import eliot

_HOST = sanitise.text(socket.gethostname())
#: The default grace, in promised intervals. C calls that hold the GIL silenced the reporter for up to 5 s.
GRACE_FACTOR = 3.0
MIN_GRACE_S = 5.0
#: Seconds to wait for the enclosing action's exception after a loop was abandoned: an exception ends that
#: action at once, a `break` does not.
ABANDON_DELAY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What stays the same while the work runs."""

    action_type: str
    description: str
    about: str
    by: str
    unit: str
    #: Seconds until the next promised message, and the grace after it.
    every_s: float
    grace_s: float


class Tracker(ProgressCounter):
    """One piece of work, reported from its start to its end. A `with` statement starts and ends it."""

    def __init__(self, labels: Labels, *, total: object = None, initial: object = 0) -> None:
        super().__init__(total=total, initial=initial)
        self.labels = labels
        self._seq = 0
        self._reason = ""
        self._sending = threading.Lock()
        self._action: context.Action | None = None
        self._parent: context.Action | None = None
        self._token: Token[eliot.Action] | None = None
        self._abandoned: tuple[float, BaseException] | None = None

    @property
    def action(self) -> context.Action:
        """The eliot action of this work. Raises RuntimeError before the work is started."""
        if self._action is None:
            raise RuntimeError("The work has no id yet. Start it first: enter its `with` statement.")
        return self._action

    @property
    def id(self) -> str:
        """The action's id: `uuid@/2/3`. Raises RuntimeError before the work is started."""
        return self.action.id

    @property
    def causal_id(self) -> str:
        """The causal id: 32 hex digits. Raises RuntimeError before the work is started."""
        return ids.causal_id(self.action.task_uuid)

    def __enter__(self) -> Self:
        self.start()
        self._token = CURRENT_ACTION.set(self.action)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore_parent()
        self.finish(error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def _restore_parent(self) -> None:
        """Make the enclosing action current again."""
        if self._token is not None:
            with contextlib.suppress(ValueError):  # another context, as for an abandoned generator
                if CURRENT_ACTION.get(None) is self._action:
                    CURRENT_ACTION.reset(self._token)
            self._token = None

    def start(self) -> None:
        """Start the action, send the first report, and hand the work to the reporter."""
        labels = self.labels
        extra = {name: value for name in ("description", "about", "by") if (value := getattr(labels, name))}
        self._parent = context.current()
        self._action = context.start(labels.action_type, **extra)
        self._started_at = self._advanced_at = time.time()
        self._estimate = Estimate(self.done, self._worked_s())
        self._pid = os.getpid()
        self._send(messages.PROGRESS, self._started_at)
        REPORTER.add(self)

    def finish(self, error: BaseException | None = None) -> None:
        """Send the last report and end the action. Only the first call has an effect."""
        if self._action is None or os.getpid() != self._pid:  # in a forked child, the parent ends the work
            return
        with self._sending:
            if self._outcome is not None:
                return
            self._outcome = outcome_of(error)
            self._reason = "" if error is None else sanitise.text(error) or type(error).__name__
            now = time.time()
            self._update(now)
            self._send(messages.PROGRESS, now)
        REPORTER.remove(self)
        if self._parent is not None:
            self._parent.remove_finish_callback(self._finish_with_parent)
        self._action.finish(error)

    def abandon(self, error: BaseException) -> None:
        """End work whose loop was left for an unknown reason.

        If the enclosing action ends with an exception within ABANDON_DELAY_S, this work ends with that
        exception too; otherwise it ends with `error`.
        """
        self._restore_parent()
        if self._parent is None or self._action is None:
            self.finish(error)
            return
        self._abandoned = (time.time(), error)
        self._parent.add_finish_callback(self._finish_with_parent)

    def _finish_with_parent(self, exception: BaseException | None) -> None:
        self.finish(exception or (self._abandoned[1] if self._abandoned else None))

    def report_due(self, now: float) -> None:
        """Send the report that is due, if any (called by the reporter's thread)."""
        if self._abandoned is not None:
            abandoned_at, error = self._abandoned
            if now - abandoned_at > ABANDON_DELAY_S:
                self.finish(error)
            return
        with self._sending:
            if self._outcome is not None:
                return
            if self._update(now) or self._changed:
                self._changed = False
                self._send(messages.PROGRESS, now)
            elif now >= self._next_by - self.labels.every_s / 2:
                self._send(messages.HEARTBEAT, now)

    def _update(self, now: float) -> bool:
        moved = self._sample()
        if moved:
            self._advanced_at = now
        if not self._paused:
            self._estimate.add(self._sampled, self._worked_s())
        return moved

    def _send(self, kind: str, now: float) -> None:
        self._seq += 1
        self._next_by = now + self.labels.every_s + REPORTER.delay_s
        self.action.log(kind, **messages.fields(self._state(now)))

    def _state(self, now: float) -> messages.TaskState:
        labels, action = self.labels, self.action
        return messages.TaskState(
            id=action.id,
            causal_id=ids.causal_id(action.task_uuid),
            action_type=labels.action_type,
            seq=self._seq,
            description=labels.description,
            about=labels.about,
            by=labels.by,
            done=self._sampled,
            total=self._total,
            unit=labels.unit,
            step=self._step,
            note=self._note,
            rate=self._estimate.rate(),
            eta_s=None if self._outcome else self._estimate.seconds_left(self._total),
            started_at=self._started_at,
            beat_at=now,
            advanced_at=self._advanced_at,
            next_by=self._next_by,
            grace_s=labels.grace_s,
            pid=self._pid,
            host=_HOST,
            outcome=self._outcome,
            reason=self._reason,
        )
