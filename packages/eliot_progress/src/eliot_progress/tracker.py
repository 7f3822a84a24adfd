"""The work being reported: what the caller counts up, and what the pulse makes of it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from eliot._action import _ACTION_CONTEXT

from eliot_progress import context, ids, messages, sanitise
from eliot_progress.cancellation import outcome_of
from eliot_progress.estimate import Estimate
from eliot_progress.progress_counter import ProgressCounter
from eliot_progress.reporter import REPORTER

if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType

    import eliot

_HOST = sanitise.text(socket.gethostname())
#: The default margin of a promise: C calls that hold the GIL were measured to silence the pulse for 5 s.
GRACE_FACTOR = 3.0
MIN_GRACE_S = 5.0
#: An exception that left a loop ends the action around it at once; a break does not.
ABANDON_DELAY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What never changes while the work runs."""

    action_type: str
    description: str
    about: str
    by: str
    unit: str
    #: Seconds within which the next message is promised, and the margin.
    every_s: float
    grace_s: float


class Tracker(ProgressCounter):
    """One piece of work, reported from its start to its end. A with statement starts and ends it."""

    def __init__(self, labels: Labels, *, total: object = None, initial: object = 0) -> None:
        super().__init__(total=total, initial=initial)
        self.labels = labels
        self._seq = 0
        self._reason = ""
        self._emitting = threading.Lock()
        self._action: context.Action | None = None
        self._around: context.Action | None = None
        self._token: Token[eliot.Action] | None = None
        self._left: tuple[float, BaseException] | None = None

    @property
    def action(self) -> context.Action:
        """The eliot action that this work is. Raises RuntimeError before it is started."""
        if self._action is None:
            raise RuntimeError("The work has no id before it is started. Enter its with statement first.")
        return self._action

    @property
    def id(self) -> str:
        """`uuid@/2/3`."""
        return self.action.id

    @property
    def causal_id(self) -> str:
        """32 hex digits."""
        return ids.causal_id(self.action.task_uuid)

    def __enter__(self) -> Self:
        self.start()
        self._token = _ACTION_CONTEXT.set(self.action)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._uncover()
        self.finish(error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def _uncover(self) -> None:
        """Make the action around the current one again."""
        if self._token is not None:
            with contextlib.suppress(ValueError):  # left in another context, as an abandoned generator may be
                if _ACTION_CONTEXT.get(None) is self._action:
                    _ACTION_CONTEXT.reset(self._token)
            self._token = None

    def start(self) -> None:
        """Start the action, report at once, and let the pulse look from now on."""
        labels = self.labels
        extra = {name: value for name in ("description", "about", "by") if (value := getattr(labels, name))}
        self._around = context.current()
        self._action = context.start(labels.action_type, **extra)
        self._started_at = self._advanced_at = time.time()
        self._estimate = Estimate(self.done, self._worked_s())
        self._pid = os.getpid()
        self._emit(messages.PROGRESS, self._started_at)
        REPORTER.add(self)

    def finish(self, error: BaseException | None = None) -> None:
        """Report the end, once."""
        if (
            self._action is None or os.getpid() != self._pid
        ):  # in a forked child the work is the parent's to end
            return
        with self._emitting:
            if self._outcome is not None:
                return
            self._outcome = outcome_of(error)
            self._reason = "" if error is None else sanitise.text(error) or type(error).__name__
            now = time.time()
            self._look(now)
            self._emit(messages.PROGRESS, now)
        REPORTER.remove(self)
        if self._around is not None:
            self._around.remove_finish_callback(self._end_with_around)
        self._action.finish(error)

    def leave(self, error: BaseException) -> None:
        """End work whose loop was left for an unknown reason: the enclosing action may know it.

        If the enclosing action ends with an exception within ABANDON_DELAY_S, this work ends with that
        exception too; otherwise it ends with `error`.
        """
        self._uncover()
        if self._around is None or self._action is None:
            self.finish(error)
            return
        self._left = (time.time(), error)
        self._around.add_finish_callback(self._end_with_around)

    def _end_with_around(self, exception: BaseException | None) -> None:
        self.finish(exception or (self._left[1] if self._left else None))

    def report_due(self, now: float) -> None:
        """Report what is due (called by the pulse thread)."""
        if self._left is not None:
            left_at, error = self._left
            if now - left_at > ABANDON_DELAY_S:
                self.finish(error)
            return
        with self._emitting:
            if self._outcome is not None:
                return
            if self._look(now) or self._changed:
                self._changed = False
                self._emit(messages.PROGRESS, now)
            elif now >= self._next_by - self.labels.every_s / 2:
                self._emit(messages.HEARTBEAT, now)

    def _look(self, now: float) -> bool:
        moved = self._sample()
        if moved:
            self._advanced_at = now
        if not self._paused:
            self._estimate.add(self._seen, self._worked_s())
        return moved

    def _emit(self, kind: str, now: float) -> None:
        self._seq += 1
        self._next_by = now + self.labels.every_s + REPORTER.delay_s
        self.action.log(kind, **messages.fields(self._report(now)))

    def _report(self, now: float) -> messages.Report:
        labels, action = self.labels, self.action
        return messages.Report(
            task_uuid=action.task_uuid,
            level=action.level,
            action_type=labels.action_type,
            seq=self._seq,
            description=labels.description,
            about=labels.about,
            by=labels.by,
            done=self._seen,
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
