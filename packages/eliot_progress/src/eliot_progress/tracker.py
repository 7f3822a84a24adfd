"""Work in progress: combines what the caller counts with estimates, and sends the reports."""

from __future__ import annotations

import logging
import os
import socket
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Self

from eliot_progress import context, ids, messages, sanitise
from eliot_progress._eliot import has_destinations, is_about_of_whole
from eliot_progress.cancellation import outcome_of
from eliot_progress.estimate import Estimate
from eliot_progress.progress_counter import ProgressCounter
from eliot_progress.reporter import REPORTER
from eliot_progress.turn import Turn

if TYPE_CHECKING:
    from types import TracebackType

    from eliot_progress.messages import Outcome

_HOST = sanitise.text(socket.gethostname())
#: Seconds that a message may take to those who read it, as a part of every promise: a log file has one line
#: a second for each task, its importer reads it four times a second, and busy machines take their time.
WAY_S = 3.0
#: By default, work counts as stalled when a message is overdue for this many intervals, and for this many
#: seconds at least: C calls that hold the GIL silenced the reporter for up to 5 s.
OVERDUE_FACTOR = 3.0
MIN_OVERDUE_S = 5.0
#: Seconds to wait for the enclosing action's exception after a loop was abandoned: an exception ends that
#: action at once, a `break` does not.
ABANDON_DELAY_S = 0.25
#: Seconds to wait for a report that another thread is sending before the end is left to that thread.
_END_WAIT_S = 2.0


_warned = False


def warn_if_not_received() -> None:
    """Warn once in each process when nothing receives reports: somebody forgot `install`."""
    global _warned  # noqa: PLW0603 - once in each process
    if not _warned and not has_destinations():
        _warned = True
        logging.getLogger("eliot_progress").warning(
            "Progress is reported in this process, but nothing receives it. Call eliot_progress.install(...)"
            " with a store or a log_path where the process starts; or in Django set"
            " ELIOT_PROGRESS = {'RECORD': True}."
        )


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


class _End(NamedTuple):
    """How work ended, from the moment that it did; the reports follow."""

    outcome: Outcome
    reason: str
    error: BaseException | None


class _Left(NamedTuple):
    """A loop was left for an unknown reason, at a time of `time.monotonic()`."""

    at: float
    error: BaseException


class Tracker(ProgressCounter):
    """One piece of work, reported from its start to its end. A `with` statement starts and ends it.

    One thread at a time reports. Whoever ends the work meanwhile leaves a note (`_end`), which that thread
    finds: an interruption never waits for what it interrupted.
    """

    _end: _End | None = None

    def __init__(self, labels: Labels, *, total: object = None, initial: object = 0) -> None:
        super().__init__(total=total, initial=initial)
        self.labels = labels
        self._seq = 0
        self._reason = ""
        self._turn = Turn(self._report)
        self._now = 0.0
        self._action: context.Action | None = None
        self._parent: context.Action | None = None
        self._left: _Left | None = None
        self._last_sent = False

    @property
    def action(self) -> context.Action:
        """The eliot action of this work. Raises RuntimeError before the work is started."""
        if self._action is None:
            raise RuntimeError("The work has no id yet. Start it first: enter its `with` statement.")
        return self._action

    @property
    def is_begun(self) -> bool:
        """Whether the work was started, be it over or not."""
        return self._action is not None

    def renewed(self) -> Self:
        """Return the same work as it was before it was started, with an action of its own."""
        return type(self)(self.labels, total=self._total, initial=self._initial)

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
        self.action.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.action.leave()
        self.finish(error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def start(self) -> None:
        """Start the action, send the first report, and hand the work to the reporter."""
        warn_if_not_received()
        labels = self.labels
        extra = {name: value for name in ("description", "about", "by") if (value := getattr(labels, name))}
        self._parent = context.current()
        if labels.about and is_about_of_whole(labels.about):
            self.labels = replace(labels, about="")  # the whole reports about this object
        self._action = context.start(labels.action_type, **extra)
        self._started_at = self._advanced_at = time.time()
        self._estimate = Estimate(self.done, self._worked_s())
        self._pid = os.getpid()
        self._send(messages.PROGRESS)
        REPORTER.add(self)

    def finish(self, error: BaseException | None = None) -> None:
        """Send the last report and end the action. Only the first call has an effect."""
        if self._action is None:
            return
        if os.getpid() != self._pid:  # in a forked child: the parent ends the work
            if self._action.is_part_in_fork:
                self._action.finish(error)
            return
        reason = "" if error is None else sanitise.text(error) or type(error).__name__
        end = _End(outcome_of(error), reason, error)
        if self.__dict__.setdefault("_end", end) is end:
            self._turn.complete(_END_WAIT_S)

    def abandon(self, error: BaseException) -> None:
        """Note that the loop was left for an unknown reason. The reporter's thread ends the work.

        If the enclosing action ends with an exception within ABANDON_DELAY_S, this work ends with that
        exception too; otherwise it ends with `error`.
        """
        self._left = _Left(time.monotonic(), error)
        if self._action is not None:
            self._action.step_aside()
        if self._parent is not None:
            self._parent.add_finish_callback(self._finish_with_parent)

    def settle(self) -> None:
        """End the work now if its loop was left."""
        if self._left is not None:
            self.finish(self._left.error)

    def _finish_with_parent(self, exception: BaseException | None) -> None:
        self.finish(exception or (self._left.error if self._left else None))

    def report_due(self, now: float) -> None:
        """Send the report that is due at `now` (`time.monotonic()`), if any."""
        left = self._left
        if left is not None and (self._parent is None or now - left.at > ABANDON_DELAY_S):
            self.settle()
        if left is None or self._end is not None:  # an end that was interrupted goes on here
            self._now = now
            self._turn.run()

    def _report(self) -> None:
        end, now = self._end, self._now
        if end is not None:
            self._report_end(end)
        elif self._update() or self._changed:
            self._changed = False
            self._send(messages.PROGRESS)
        elif now >= self._next_due - self.labels.every_s / 2:
            self._send(messages.HEARTBEAT)

    def _report_end(self, end: _End) -> None:
        """Send the last report and end the action, each once, however often this is interrupted."""
        self._outcome, self._reason, error = end
        if not self._last_sent:
            self._update()
            self._send(messages.PROGRESS)
            self._last_sent = True
        if self._parent is not None:
            self._parent.remove_finish_callback(self._finish_with_parent)
        self.action.finish(error)
        REPORTER.remove(self)

    def _update(self) -> bool:
        moved = self._sample()
        if moved:
            self._advanced_at = time.time()
        if not self._pauses:
            self._estimate.add(self._sampled, self._worked_s())
        return moved

    def _send(self, kind: str) -> None:
        self._seq += 1
        due_s = self.labels.every_s + REPORTER.delay_s
        self._next_due = time.monotonic() + due_s
        self.action.log(kind, **messages.fields(self._state(time.time(), due_s + WAY_S)))

    def _state(self, now: float, promise_s: float) -> messages.TaskState:
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
            heartbeat_at=now,
            advanced_at=self._advanced_at,
            next_by=now + promise_s,
            grace_s=labels.grace_s,
            pid=self._pid,
            host=_HOST,
            outcome=self._outcome,
            reason=self._reason,
        )
