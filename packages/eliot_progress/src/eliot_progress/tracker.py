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

from eliot_progress import clean, context, ids, messages
from eliot_progress.cancellation import outcome_of
from eliot_progress.estimate import Estimate
from eliot_progress.pulse import PULSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextvars import Token
    from types import TracebackType

    import eliot

_HOST = clean.text(socket.gethostname())
#: The default margin of a promise: C calls that hold the GIL were measured to silence the pulse for 5 s.
GRACE = 3.0
LEAST_GRACE_S = 5.0


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


class Tracker:
    """One piece of work, reported from its start to its end.

    `advance` is all that a loop needs; a with statement starts and ends it. Counting never raises.
    """

    def __init__(self, labels: Labels, *, total: object = None, initial: object = 0) -> None:
        self.labels = labels
        self.done: float = clean.number(initial) or 0
        self._initial = self.done
        self._counter: Callable[[], float] | None = None
        self._total = clean.total(total)
        self._step = self._note = ""
        self._seq = 0
        self._seen = self.done
        self._changed = False
        self._paused, self._paused_s = False, 0.0
        self._outcome: messages.Outcome | None = None
        self._reason = ""
        self._emitting = threading.Lock()
        self._action: context.Action | None = None
        self._token: Token[eliot.Action] | None = None

    # What the caller uses.

    def advance(self, n: float = 1) -> None:
        """Count `n` more units as done. What is no number is left out: counting never breaks the work."""
        try:  # noqa: SIM105 - suppress() costs ten times the counting
            self.done += n
        except TypeError:
            pass

    def to(self, done: float) -> None:
        """Set how many units are done."""
        self.done = done

    def step(self, name: object) -> None:
        """Say which step the work is in."""
        self._step, self._changed = clean.text(name), True

    def note(self, text: object) -> None:
        """Say something about the moment, in one line."""
        self._note, self._changed = clean.text(text), True

    @contextlib.contextmanager
    def paused(self, why: object) -> Iterator[None]:
        """Wait on purpose: the note says why, and the time does not count for the rate."""
        note, since = self._note, time.monotonic()
        self.note(why)
        self._paused = True
        try:
            yield
        finally:
            self._paused_s += time.monotonic() - since
            self._paused = False
            self.note(note)

    @property
    def total(self) -> float | None:
        """How many units there are; None while unknown. May be set at any time."""
        return self._total

    @total.setter
    def total(self, value: object) -> None:
        self._total, self._changed = clean.total(value), True

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
        return ids.causal(self.action.task_uuid)

    @property
    def fraction(self) -> float:
        """How much of the work is done, from 0 to 1; 0 while the total is unknown."""
        if self._outcome == "succeeded":
            return 1.0
        done = clean.number(self._counter() + self._initial if self._counter else self.done) or 0
        return min(1.0, max(0.0, done / self._total)) if self._total else 0.0

    @property
    def outcome(self) -> messages.Outcome | None:
        """How the work ended; None while it runs."""
        return self._outcome

    def count_with(self, counter: Callable[[], float]) -> None:
        """Let `counter` tell how many units were done since the start, in place of `advance`."""
        self._counter = counter

    # Its life.

    def __enter__(self) -> Self:
        self.start()
        self._token = _ACTION_CONTEXT.set(self.action)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            with contextlib.suppress(ValueError):  # left in another context, as an abandoned generator may be
                if _ACTION_CONTEXT.get(None) is self._action:
                    _ACTION_CONTEXT.reset(self._token)
            self._token = None
        self.finish(error)

    def start(self) -> None:
        """Start the action, report at once, and let the pulse look from now on."""
        labels = self.labels
        extra = {name: value for name in ("description", "about", "by") if (value := getattr(labels, name))}
        self._action = context.start(labels.action_type, **extra)
        self._started_at = self._advanced_at = time.time()
        self._estimate = Estimate(self.done, time.monotonic())
        self._pid = os.getpid()
        self._emit(messages.PROGRESS, self._started_at)
        PULSE.watch(self)

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
            self._reason = "" if error is None else clean.text(error) or type(error).__name__
            now = time.time()
            self._look(now)
            self._emit(messages.PROGRESS, now)
        PULSE.forget(self)
        self._action.finish(error)

    def pulse(self, now: float) -> None:
        """Report what is due (called by the pulse thread)."""
        with self._emitting:
            if self._outcome is not None:
                return
            if self._look(now) or self._changed:
                self._changed = False
                self._emit(messages.PROGRESS, now)
            elif now >= self._next_by - self.labels.every_s / 2:
                self._emit(messages.HEARTBEAT, now)

    def _look(self, now: float) -> bool:
        """Sample the count; whether it moved. One that is no finite number goes back to the last good one."""
        if self._counter is not None:
            self.done = self._initial + self._counter()
        done = clean.number(self.done)
        if done is None:
            self.done = done = self._seen
        moved = done != self._seen
        if moved:
            self._seen, self._advanced_at = done, now
        if not self._paused:
            self._estimate.add(done, time.monotonic() - self._paused_s)
        return moved

    def _emit(self, kind: str, now: float) -> None:
        self._seq += 1
        self._next_by = now + self.labels.every_s
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
