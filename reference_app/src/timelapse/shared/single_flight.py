"""One look at what costs much to look at, for all who ask for it at the same time."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async

if TYPE_CHECKING:
    from collections.abc import Callable

_Seen = TypeVar("_Seen")


class SingleFlight(Generic[_Seen]):
    """Calls `look` in a thread, once for all in an event loop who ask while nobody's look has begun yet."""

    def __init__(self, look: Callable[[], _Seen]) -> None:
        self._look = look
        self._looks: WeakKeyDictionary[asyncio.AbstractEventLoop, _Looks[_Seen]] = WeakKeyDictionary()

    async def __call__(self, *, not_older_s: float = 0.0) -> _Seen:
        """What there is to see now, or was at most `not_older_s` seconds ago."""
        loop = asyncio.get_running_loop()
        if loop not in self._looks:
            self._looks[loop] = _Looks(self._look)
        # A watcher that leaves takes nobody else's look away.
        return await asyncio.shield(self._looks[loop].since(time.monotonic() - not_older_s))


class _Looks(Generic[_Seen]):
    """The last look that began, and the next one."""

    def __init__(self, look: Callable[[], _Seen]) -> None:
        self._look = look
        self._begun_at = float("-inf")
        self._last: asyncio.Task[_Seen] | None = None
        self._next: asyncio.Task[_Seen] | None = None

    def since(self, moment: float) -> asyncio.Task[_Seen]:
        if self._last is not None and self._begun_at >= moment:
            return self._last
        if self._next is None:
            # In a context of its own: it is no asker's, and goes on when the one who asked first has left.
            self._next = asyncio.get_running_loop().create_task(self._after(self._last), context=Context())
        return self._next

    async def _after(self, last: asyncio.Task[_Seen] | None) -> _Seen:
        if last is not None:
            await asyncio.wait({last})
        self._last, self._next, self._begun_at = self._next, None, time.monotonic()
        return await sync_to_async(self._look)()
