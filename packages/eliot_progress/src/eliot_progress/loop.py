"""Loops that are counted without Python code for each item: the reporter reads the counts of C iterators."""

from __future__ import annotations

import operator
import sys
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sized
from itertools import chain, compress, repeat
from typing import TYPE_CHECKING, Generic, TypeVar

from eliot_progress import interruptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from eliot_progress.tracker import Tracker

_Item = TypeVar("_Item")

#: Types whose iterators report the number of items left in constant time.
_WITH_LENGTH_HINT = (
    *(list, tuple, range, dict, set, frozenset, deque),
    *map(type, ({}.keys(), {}.values(), {}.items())),
)


class LoopLeft(GeneratorExit):
    """The loop was left before its end: by `break`, `return` or an exception."""


class Loop(Generic[_Item]):
    """Items whose iteration is reported, as in `for item in progress(items)`.

    An item counts as done when the next one is requested. Each iteration is work of its own: `progress` is
    that of the last one.
    """

    def __init__(self, items: Iterable[_Item] | AsyncIterable[_Item], work: Tracker) -> None:
        if not isinstance(items, Iterable | AsyncIterable):
            raise TypeError(
                f"{type(items).__name__} is not iterable. Pass an iterable, or a name: "
                "with progress('render:movie', total=300) as p."
            )
        self._items = items
        self.progress = work

    def __iter__(self) -> Iterator[_Item]:
        if not isinstance(self._items, Iterable):
            raise TypeError(f"{type(self._items).__name__} is iterated with `async for`.")
        self._renew()
        counted, yielded = _with_counter(self._items)
        self.progress.count_with(_DoneItems(yielded, self.progress))
        # chain starts its second part when the first is exhausted, and drops it when the loop is left.
        return chain(counted, _LoopEnd(self.progress))

    async def __aiter__(self) -> AsyncIterator[_Item]:
        if not isinstance(self._items, AsyncIterable):
            raise TypeError(f"{type(self._items).__name__} is iterated with a plain `for`.")
        self._renew()
        with self.progress as work:
            async for item in self._items:
                yield item
                work.done += 1

    def _renew(self) -> None:
        """Take fresh work, unless that of the loop has not been used yet."""
        if self.progress.is_begun:
            self.progress = self.progress.renewed()


class _DoneItems:
    """Counts done items: all yielded ones but the last, which is being worked on until the loop has ended."""

    __slots__ = ("_work", "_yielded")

    def __init__(self, yielded: Callable[[], int], work: Tracker) -> None:
        self._yielded = yielded
        self._work = work

    def __call__(self) -> int:
        yielded = self._yielded()
        return yielded if self._work.outcome == "succeeded" else max(0, yielded - 1)


class _LoopEnd(Iterator[_Item]):
    """The empty end of a loop: starts the work when created, and ends it when reached or dropped."""

    def __init__(self, work: Tracker) -> None:
        self._work: Tracker | None = work
        work.__enter__()

    def __next__(self) -> _Item:
        work, self._work = self._work, None
        if work is not None:
            work.action.step_aside()
            work.finish()
        raise StopIteration

    def __del__(self) -> None:
        # An iterator that is dropped does not learn why. This may interrupt anything: the reporter's thread
        # ends the work.
        if self._work is not None:
            self._work.abandon(LoopLeft("The loop was left before its end."))


def _with_counter(items: Iterable[_Item]) -> tuple[Iterator[_Item], Callable[[], int]]:
    """Return an iterator over `items`, and a function that returns how many it has yielded."""
    if type(items) in _WITH_LENGTH_HINT and isinstance(items, Sized) and (length(items) or 0) <= sys.maxsize:
        iterator, sized = iter(items), items
        return iterator, lambda: len(sized) - operator.length_hint(iterator)
    # Any other iterable: C code consumes one element of `marks` for each item.
    marks = repeat(True, sys.maxsize)
    return compress(items, marks), lambda: sys.maxsize - operator.length_hint(marks)


def length(items: object) -> int | None:
    """Return the number of items if it is known without iterating; None otherwise."""
    if not isinstance(items, Sized):
        return None
    try:
        return len(items)
    except OverflowError:  # a range may have more items than len() can count
        return (items[-1] - items[0]) // items.step + 1 if isinstance(items, range) else None
    except Exception as error:  # noqa: BLE001 - a __len__ that fails only means that the total is unknown
        interruptions.reraise(error)
        return None
