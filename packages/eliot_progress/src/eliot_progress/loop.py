"""Iteration that is counted without a line of Python per item: the pulse reads the counts of C iterators."""

from __future__ import annotations

import operator
import sys
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sized
from itertools import chain, compress, repeat
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from eliot_progress.tracker import Tracker

_Item = TypeVar("_Item")

#: Their iterators know how many items are left, at any time and for nothing.
_SELF_COUNTING = (
    *(list, tuple, range, dict, set, frozenset, deque),
    *map(type, ({}.keys(), {}.values(), {}.items())),
)


class LoopLeft(GeneratorExit):
    """The loop was left before its end: by break, by return or by an exception."""


class Loop(Generic[_Item]):
    """Items whose iteration is reported: what `for item in progress(items)` goes through. Once only.

    An item counts as done when the next one is asked for.
    """

    def __init__(self, items: Iterable[_Item] | AsyncIterable[_Item], work: Tracker) -> None:
        if not isinstance(items, Iterable | AsyncIterable):
            raise TypeError(
                f"{type(items).__name__} can't be looped over. Give something that can, or a name: "
                "with progress('render:movie', total=300) as p."
            )
        self._items = items
        self.progress = work

    def __iter__(self) -> Iterator[_Item]:
        if not isinstance(self._items, Iterable):
            raise TypeError(f"{type(self._items).__name__} is iterated with `async for`.")
        counted, handed_out = _counted(self._items)
        self.progress.count_with(_InFlight(handed_out, self.progress))
        # chain asks its second part when the first is exhausted, and drops it when the loop is left.
        return chain(counted, _Ending(self.progress))

    async def __aiter__(self) -> AsyncIterator[_Item]:
        if not isinstance(self._items, AsyncIterable):
            raise TypeError(f"{type(self._items).__name__} is iterated with a plain `for`.")
        with self.progress as work:
            async for item in self._items:
                yield item
                work.done += 1


class _InFlight:
    """Items done: all that were handed out but the last, which is worked on until the loop has ended."""

    __slots__ = ("_handed_out", "_work")

    def __init__(self, handed_out: Callable[[], int], work: Tracker) -> None:
        self._handed_out = handed_out
        self._work = work

    def __call__(self) -> int:
        handed_out = self._handed_out()
        return handed_out if self._work.outcome == "succeeded" else max(0, handed_out - 1)


class _Ending(Iterator[_Item]):
    """The empty end of a loop: starts the work when it is made, and ends it when it is reached or dropped."""

    def __init__(self, work: Tracker) -> None:
        self._work: Tracker | None = work
        work.__enter__()

    def __next__(self) -> _Item:
        work, self._work = self._work, None
        if work is not None:
            work.__exit__(None, None, None)
        raise StopIteration

    def __del__(self) -> None:
        # Python does not tell an iterator why it is dropped.
        if self._work is not None:
            self._work.leave(LoopLeft("The loop was left before its end."))


def _counted(items: Iterable[_Item]) -> tuple[Iterator[_Item], Callable[[], int]]:
    """An iterator over `items`, and a function that tells how many it has handed out."""
    if type(items) in _SELF_COUNTING and isinstance(items, Sized):
        iterator, sized = iter(items), items
        return iterator, lambda: len(sized) - operator.length_hint(iterator)
    # Any other iterable: C code takes a tally mark from `marks` for each item.
    marks = repeat(True, sys.maxsize)
    return compress(items, marks), lambda: sys.maxsize - operator.length_hint(marks)


def length(items: object) -> int | None:
    """How many items there are, when that can be told without going through them."""
    if not isinstance(items, Sized):
        return None
    try:
        return len(items)
    except Exception:  # noqa: BLE001 - a __len__ that fails only means that the total is unknown
        return None
