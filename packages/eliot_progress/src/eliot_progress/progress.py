"""`progress(...)`: reports a loop, or the body of a `with` statement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, overload

from eliot_progress import sanitise
from eliot_progress.loop import Loop, length
from eliot_progress.tracker import MIN_OVERDUE_S, OVERDUE_FACTOR, WAY_S, Labels, Tracker

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

_Item = TypeVar("_Item")
#: The longest promise: a year.
_LONGEST_S = 366 * 86400.0


class Progress(Tracker):
    """Work that counts, as returned by `with progress(...) as p`."""

    _parts: _Parts | None = None

    def part(
        self,
        action_type: str,
        *,
        weight: float = 1,
        total: float | None = None,
        unit: str = "",
        description: str = "",
    ) -> Progress:
        """Create a part of this work, with its own progress.

        When the part is done, `weight` units of the whole are done: `with progress("Render", total=10) as p:
        with p.part("decode", weight=2): ...`. From the first part on, the whole counts its parts in place of
        `advance`.
        """
        parts: _Parts = self.__dict__.setdefault(
            "_parts", _Parts()
        )  # also when two threads begin parts at once
        self.count_with(parts)
        labels = replace(
            self.labels,
            action_type=sanitise.text(action_type),
            description=sanitise.text(description or action_type),
            about="",
            unit=sanitise.text(unit),
        )
        part = Progress(labels, total=total)
        parts.add(part, sanitise.total(weight) or 0)
        return part

    def _sample(self) -> bool:
        if self._parts is not None:
            self._parts.fold()
        return super()._sample()


class _Parts:
    """Counts the parts of a whole. Ended parts are summed, so that there may be any number.

    Any thread may add a part or read the count, at any moment; `fold` is called by one thread at a time.
    There is no lock that a signal handler could wait for.
    """

    def __init__(self) -> None:
        self._running: dict[Progress, float] = {}
        #: The sum of the ended parts, and the part that was added to it last. It may still be in `_running`.
        self._ended: tuple[float, Progress | None] = (0.0, None)

    def add(self, part: Progress, weight: float) -> None:
        self._running[part] = weight

    def fold(self) -> None:
        """Move the parts that have ended to the sum."""
        self._drop_last()
        for part, weight in self._running.copy().items():
            if part.outcome is not None:
                self._ended = (self._ended[0] + part.fraction * weight, part)
                self._drop_last()

    def _drop_last(self) -> None:
        if (last := self._ended[1]) is not None:
            self._running.pop(last, None)

    def __call__(self) -> float:
        while True:
            ended, last = read = self._ended
            running = self._running.copy()
            if self._ended is read:  # otherwise another part was moved meanwhile, and may be in neither
                return ended + sum(
                    part.fraction * weight for part, weight in running.items() if part is not last
                )


@overload
def progress(  # type: ignore[overload-overlap] # a str is an iterable too; here it is a name
    work: str,
    action_type: None = None,
    *,
    total: float | None = None,
    unit: str = "",
    every: float = 1.0,
    grace_s: float | None = None,
    about: str = "",
    by: str = "",
    description: str = "",
    initial: float = 0,
) -> Progress: ...


@overload
def progress(
    work: Iterable[_Item] | AsyncIterable[_Item],
    action_type: str | None = None,
    *,
    total: float | None = None,
    unit: str = "",
    every: float = 1.0,
    grace_s: float | None = None,
    about: str = "",
    by: str = "",
    description: str = "",
    initial: float = 0,
) -> Loop[_Item]: ...


def progress(  # noqa: PLR0913 - each is a field that readers see
    work: str | Iterable[_Item] | AsyncIterable[_Item],
    action_type: str | None = None,
    *,
    total: float | None = None,
    unit: str = "",
    every: float = 1.0,
    grace_s: float | None = None,
    about: str = "",
    by: str = "",
    description: str = "",
    initial: float = 0,
) -> Progress | Loop[_Item]:
    """Report work while it runs, as an eliot action of its own.

    `with progress("render:movie", total=300) as p` (or `async with`) reports a block; `for item in
    progress(items, "Importing")` reports a loop.

    `every` is a promise in seconds: a message is sent at least that often, and reaches its readers at most
    3 s later. A reader may call the work late when the message is missing then, and stalled `grace_s` seconds
    later (by default when it is overdue for three times `every`, and for at least 5 s). `about` names the
    object (`app.Model:pk`), `by` who requested the work, and `initial` is what was already done, for a
    resumed run.
    """
    named = work if isinstance(work, str) else action_type or "progress"
    every_s = min(max(0.05, sanitise.number(every) or 1.0), _LONGEST_S)
    labels = Labels(
        action_type=sanitise.text(named),
        description=sanitise.text(description or named),
        about=sanitise.text(about),
        by=sanitise.text(by),
        unit=sanitise.text(unit),
        every_s=every_s,
        grace_s=max(MIN_OVERDUE_S, OVERDUE_FACTOR * every_s) - WAY_S
        if grace_s is None
        else min(max(0.0, sanitise.number(grace_s) or 0), _LONGEST_S),
    )
    if isinstance(work, str):
        return Progress(labels, total=total, initial=initial)
    return Loop(work, Progress(labels, total=length(work) if total is None else total, initial=initial))
