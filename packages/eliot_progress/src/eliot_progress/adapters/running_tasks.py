"""The running tasks, as one process knows them: read from the store once, shared by all followers."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import Context
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

    from eliot_progress.state import TaskState
    from eliot_progress.stores.base import Store

#: Running tasks that are kept: the most recently started ones.
MAX_RUNNING = 10_000
#: Seconds between two wake-ups of a follower: changes in between are combined.
MIN_INTERVAL_S = 0.05
#: After reading the store, this many times as long as the reading took passes before the next one.
_REST_FACTOR = 20


class ChangeFeed(Protocol):
    """Delivers changed states; `adapters.channels.changes` is one."""

    def __call__(
        self, of: str | None
    ) -> AbstractAsyncContextManager[Callable[[float], Awaitable[Sequence[TaskState]]]]:
        """Yield `changed(timeout_s)`, which returns new states of `of` (None: of all), or nothing in time."""


class RunningTasks:
    """The running tasks in memory. `update` and `replace` return whether anything changed."""

    def __init__(self) -> None:
        self._states: dict[str, TaskState] = {}
        self._newest: tuple[str, ...] | None = None
        #: Increases whenever a task starts or ends.
        self.version = 0

    def get(self, identifier: str) -> TaskState | None:
        """Return a running task, or None."""
        return self._states.get(identifier)

    def newest(self) -> tuple[TaskState, ...]:
        """Return all tasks, the most recently started first. The order is computed once for all callers."""
        if self._newest is None:
            self._newest = tuple(sorted(self._states, key=self._started, reverse=True))
        return tuple(self._states[identifier] for identifier in self._newest)

    def update(self, received: Iterable[TaskState]) -> bool:
        """Apply reported states. Beyond MAX_RUNNING, the most recently started tasks are kept."""
        changed = [state for state in received if self._update(state)]
        for state in self.newest()[MAX_RUNNING:] if len(self._states) > MAX_RUNNING else ():
            self._drop(state.id)
        return bool(changed)

    def replace(self, listed: Sequence[TaskState]) -> bool:
        """Apply the store's list: these tasks are running, and no others."""
        ended = self._states.keys() - {state.id for state in listed}
        for identifier in ended:
            self._drop(identifier)
        return self.update(listed) or bool(ended)

    def _update(self, state: TaskState) -> bool:
        known = self._states.get(state.id)
        if state.outcome is not None:
            if known is not None:
                self._drop(state.id)
            return known is not None
        if self._is_too_old(state) if known is None else state.seq <= known.seq:
            return False
        self._states[state.id] = state
        if known is None:
            self._changed()
        return True

    def _is_too_old(self, state: TaskState) -> bool:
        """Whether enough tasks started later, so that this one would be dropped at once."""
        if len(self._states) < MAX_RUNNING or self._newest is None:
            return False
        return (state.started_at, state.id) < self._started(self._newest[-1])

    def _drop(self, identifier: str) -> None:
        del self._states[identifier]
        self._changed()

    def _changed(self) -> None:
        self._newest = None
        self.version += 1

    def _started(self, identifier: str) -> tuple[float, str]:
        return self._states[identifier].started_at, identifier


class Follower:
    """One consumer of the running tasks, which reads them at its own pace."""

    def __init__(self, running: RunningTasks) -> None:
        self.running = running
        self._error: Exception | None = None
        self._notified = asyncio.Event()
        self._next_at = 0.0

    def notify(self, error: Exception | None = None) -> None:
        """Report that something has changed, or that no more changes will follow."""
        self._error = error
        self._notified.set()

    async def changed(self, timeout_s: float) -> None:
        """Wait until something has changed since the last call, at most `timeout_s` seconds."""
        if (pause := self._next_at - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._notified.wait(), timeout_s)
        self._next_at = time.monotonic() + MIN_INTERVAL_S
        self.acknowledge()

    def acknowledge(self) -> None:
        """Mark all changes so far as seen. Raises the error of the store or the feed, if there was one."""
        if self._error is not None:
            raise self._error
        self._notified.clear()


class RunningTasksCache:
    """The running tasks for any number of followers: one reader in each event loop while anybody follows.

    `changes` delivers what has changed. In addition, the store is read every `every_s` seconds: a killed
    process reports nothing, and messages may be lost.
    """

    def __init__(self, store: Store, changes: ChangeFeed, *, every_s: float = 5.0) -> None:
        self._store = store
        self._changes = changes
        self._every_s = every_s
        self._readers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Reader] = WeakKeyDictionary()

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        """Follow the running tasks; `follower.running` is complete at once. Raises the store's errors."""
        loop = asyncio.get_running_loop()
        reader = self._readers.get(loop)
        if reader is None or reader.closed:
            reader = self._readers[loop] = _Reader(self._store, self._changes, self._every_s)
        async with reader.follow() as follower:
            yield follower

    def newest(self) -> tuple[TaskState, ...] | None:
        """Return the running tasks as the followers know them, the most recent first; None without any."""
        reader = self._readers.get(asyncio.get_running_loop())
        return None if reader is None or reader.closed else reader.newest()


class _Reader:
    """Reads for all followers in one event loop."""

    def __init__(self, store: Store, changes: ChangeFeed, every_s: float) -> None:
        self._store = store
        self._changes = changes
        self._every_s = every_s
        self._running = RunningTasks()
        self._followers: set[Follower] = set()
        self._complete = asyncio.Event()
        # In a context of its own: what it logs belongs to no follower.
        self._task = asyncio.get_running_loop().create_task(self._read(), context=Context())

    @property
    def closed(self) -> bool:
        """Whether it has stopped reading."""
        return self._task.done() or self._task.cancelling() > 0

    def newest(self) -> tuple[TaskState, ...] | None:
        return self._running.newest() if self._complete.is_set() else None

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        follower = Follower(self._running)
        self._followers.add(follower)
        try:
            await self._complete.wait()
            follower.acknowledge()
            yield follower
        finally:
            self._followers.discard(follower)
            if not self._followers:
                self._task.cancel()

    async def _read(self) -> None:
        try:
            async with self._changes(None) as changed:
                await self._apply_changes(changed)
        except Exception as error:  # noqa: BLE001 - a store or feed may fail in any way; followers get the error
            self._notify(error)

    async def _apply_changes(self, changed: Callable[[float], Awaitable[Sequence[TaskState]]]) -> None:
        received: Sequence[TaskState] = ()
        due_at = earliest_at = time.monotonic()
        while True:
            started_at = time.monotonic()
            if started_at >= due_at or (started_at >= earliest_at and not received):
                if self._running.replace(await sync_to_async(self._store.active)(MAX_RUNNING)):
                    self._notify()
                self._complete.set()
                read_at = time.monotonic()
                earliest_at = read_at + _REST_FACTOR * (read_at - started_at)
                due_at = max(earliest_at, started_at + self._every_s)
            received = await changed(max(0.0, due_at - time.monotonic()))
            if self._running.update(received):
                self._notify()

    def _notify(self, error: Exception | None = None) -> None:
        for follower in self._followers:
            follower.notify(error)
        if error is not None:
            self._complete.set()
