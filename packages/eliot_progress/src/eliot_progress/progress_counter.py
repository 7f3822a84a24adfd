"""What the caller of running work sets: counts, a step, a note. None of the methods raises."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from eliot_progress import interruptions, sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eliot_progress.messages import Outcome


class ProgressCounter:
    """Work that is counted by hand (`advance`), by a counter function, or not at all."""

    def __init__(self, *, total: object = None, initial: object = 0) -> None:
        self.done: float = sanitise.number(initial) or 0
        self._initial = self.done
        self._counter: Callable[[], float] | None = None
        self._total = sanitise.total(total)
        self._step = self._note = ""
        self._sampled = self.done
        self._changed = False
        #: Pauses that go on, one in another; when the first of them began; seconds of those that are over.
        self._pauses, self._paused_at, self._paused_s = 0, 0.0, 0.0
        self._outcome: Outcome | None = None

    def advance(self, n: float = 1) -> None:
        """Count `n` more units as done. Never raises.

        Anything that is not a number is ignored: counting never breaks the work.
        """
        try:
            self.done += n
        except Exception as error:  # noqa: BLE001 - n may be anything
            interruptions.reraise(error)

    def to(self, done: float) -> None:
        """Set how many units are done."""
        self.done = done

    def step(self, name: object) -> None:
        """Name the current step."""
        self._step, self._changed = sanitise.text(name), True

    def note(self, text: object) -> None:
        """Set a one-line remark about the current moment."""
        self._note, self._changed = sanitise.text(text), True

    @contextlib.contextmanager
    def paused(self, why: object) -> Iterator[None]:
        """Pause on purpose: the note says why, and the time does not count for the rate."""
        note = self._note
        self.note(why)
        if not self._pauses:
            self._paused_at = time.monotonic()
        self._pauses += 1
        try:
            yield
        finally:
            self._pauses -= 1
            if not self._pauses:
                self._paused_s += time.monotonic() - self._paused_at
            self.note(note)

    @property
    def total(self) -> float | None:
        """The number of units; None while unknown. May be set at any time."""
        return self._total

    @total.setter
    def total(self, value: object) -> None:
        self._total, self._changed = sanitise.total(value), True

    @property
    def fraction(self) -> float:
        """The share of the work that is done, from 0 to 1; 0 while the total is unknown."""
        if self._outcome == "succeeded":
            return 1.0
        done = sanitise.number(self._count()) or 0
        return min(1.0, max(0.0, done / self._total)) if self._total else 0.0

    @property
    def outcome(self) -> Outcome | None:
        """How the work ended; None while it runs."""
        return self._outcome

    def count_with(self, counter: Callable[[], float]) -> None:
        """Use `counter()`, the units done since the start, in place of `advance`."""
        self._counter = counter

    def _count(self) -> float:
        if self._counter is None:
            return self.done
        try:
            return self._initial + self._counter()
        except Exception as error:  # noqa: BLE001 - the counter is the caller's
            interruptions.reraise(error)
            return self._sampled

    def _sample(self) -> bool:
        """Read the count, and return whether it moved.

        A count that is not finite is reset to the last good one.
        """
        if self._counter is not None:
            self.done = self._count()
        done = sanitise.number(self.done)
        if done is None:
            self.done = done = self._sampled
        moved = done != self._sampled
        self._sampled = done
        return moved

    def _worked_s(self) -> float:
        """Seconds of a clock that stops during pauses."""
        return time.monotonic() - self._paused_s
