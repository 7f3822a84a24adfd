"""Shares one call of an expensive function between all who request its result at the same time."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")


class SingleFlight(Generic[_Result]):
    """Runs ``function`` in a thread, once for all in an event loop who request it before the call starts."""

    def __init__(self, function: Callable[[], _Result]) -> None:
        self._function = function
        self._calls: WeakKeyDictionary[asyncio.AbstractEventLoop, _Calls[_Result]] = WeakKeyDictionary()

    async def __call__(self, *, not_older_s: float = 0.0) -> _Result:
        """Return the result of a call that started now, or at most ``not_older_s`` seconds ago."""
        loop = asyncio.get_running_loop()
        if loop not in self._calls:
            self._calls[loop] = _Calls(self._function)
        # Cancelling one caller must not cancel the call of the others.
        return await asyncio.shield(self._calls[loop].since(time.monotonic() - not_older_s))


class _Calls(Generic[_Result]):
    """The last call that started, and the next one."""

    def __init__(self, function: Callable[[], _Result]) -> None:
        self._function = function
        self._started_at = float("-inf")
        self._last: asyncio.Task[_Result] | None = None
        self._next: asyncio.Task[_Result] | None = None

    def since(self, moment: float) -> asyncio.Task[_Result]:
        if self._last is not None and self._started_at >= moment:
            return self._last
        if self._next is None:
            # In a context of its own: it belongs to no caller, and continues when the first one has left.
            self._next = asyncio.get_running_loop().create_task(self._after(self._last), context=Context())
        return self._next

    async def _after(self, last: asyncio.Task[_Result] | None) -> _Result:
        if last is not None:
            await asyncio.wait({last})
        self._last, self._next, self._started_at = self._next, None, time.monotonic()
        return await sync_to_async(self._function)()
