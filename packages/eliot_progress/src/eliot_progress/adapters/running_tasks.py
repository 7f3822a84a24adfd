"""What runs now, as one process knows it: read from the store once, and shared by all who follow it."""

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

#: RunningTasks tasks that are known at once: the last started ones.
MAX_RUNNING = 10_000
#: A follower is woken at most this often (in seconds): what changes meanwhile comes together.
MIN_INTERVAL_S = 0.05
#: Reading the store anew is followed by a rest so many times as long, however much there is to be read.
_REST = 20


class ChangeFeed(Protocol):
    """Tells what has changed; `adapters.channels.changes` is such."""

    def __call__(
        self, of: str | None
    ) -> AbstractAsyncContextManager[Callable[[float], Awaitable[Sequence[TaskState]]]]:
        """Inside, `changed(longest_s)` gives new states of `of` (None: of all), or nothing in that time."""


class RunningTasks:
    """The tasks that run, in this process' memory. `take` and `replace` answer whether anything changed."""

    def __init__(self) -> None:
        self._states: dict[str, TaskState] = {}
        self._newest: tuple[str, ...] | None = None
        #: Grows whenever a task comes or goes.
        self.version = 0

    def get(self, identifier: str) -> TaskState | None:
        """A task that runs."""
        return self._states.get(identifier)

    def newest(self) -> tuple[TaskState, ...]:
        """All, the last started first. They are put in order once, however many ask."""
        if self._newest is None:
            self._newest = tuple(sorted(self._states, key=self._place, reverse=True))
        return tuple(self._states[identifier] for identifier in self._newest)

    def update(self, told: Iterable[TaskState]) -> bool:
        """Take in what was told of some. Of more than MAX_RUNNING tasks the last started ones are kept."""
        changed = [state for state in told if self._update(state)]
        for state in self.newest()[MAX_RUNNING:] if len(self._states) > MAX_RUNNING else ():
            self._drop(state.id)
        return bool(changed)

    def replace(self, listed: Sequence[TaskState]) -> bool:
        """Take in what the store lists: these run, and no others."""
        gone = self._states.keys() - {state.id for state in listed}
        for identifier in gone:
            self._drop(identifier)
        return self.update(listed) or bool(gone)

    def _update(self, state: TaskState) -> bool:
        known = self._states.get(state.id)
        if state.outcome is not None:
            if known is not None:
                self._drop(state.id)
            return known is not None
        if self._beyond(state) if known is None else state.seq <= known.seq:
            return False
        self._states[state.id] = state
        if known is None:
            self._move()
        return True

    def _beyond(self, state: TaskState) -> bool:
        """Whether there are enough tasks that were started later: it would come and go at once."""
        if len(self._states) < MAX_RUNNING or self._newest is None:
            return False
        return (state.started_at, state.id) < self._place(self._newest[-1])

    def _drop(self, identifier: str) -> None:
        del self._states[identifier]
        self._move()

    def _move(self) -> None:
        self._newest = None
        self.version += 1

    def _place(self, identifier: str) -> tuple[float, str]:
        return self._states[identifier].started_at, identifier


class Follower:
    """One who follows what runs, and looks as often as he likes."""

    def __init__(self, running: RunningTasks) -> None:
        self.running = running
        self._error: Exception | None = None
        self._told = asyncio.Event()
        self._rest_until = 0.0

    def tell(self, error: Exception | None = None) -> None:
        """Say that something has changed, or that nothing will be told any more."""
        self._error = error
        self._told.set()

    async def changed(self, longest_s: float) -> None:
        """Wait until something has changed since the last time, for `longest_s` seconds at most."""
        if (rest := self._rest_until - time.monotonic()) > 0:
            await asyncio.sleep(rest)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), longest_s)
        self._rest_until = time.monotonic() + MIN_INTERVAL_S
        self.look()

    def look(self) -> None:
        """What has changed so far is known. Raises what reading the store, or hearing of changes, raised."""
        if self._error is not None:
            raise self._error
        self._told.clear()


class RunningTasksCache:
    """What runs, for any number of followers: one reader in each event loop, while anybody follows.

    `changes` tells what has changed. Besides, the store is read every `every_s` seconds: a process that was
    killed tells nothing, and what is told may be lost.
    """

    def __init__(self, store: Store, changes: ChangeFeed, *, every_s: float = 5.0) -> None:
        self._store = store
        self._changes = changes
        self._every_s = every_s
        self._readers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Reader] = WeakKeyDictionary()

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        """Follow what runs; `follower.running` is whole from the beginning. Raises what the store raises."""
        loop = asyncio.get_running_loop()
        reader = self._readers.get(loop)
        if reader is None or reader.over:
            reader = self._readers[loop] = _Reader(self._store, self._changes, self._every_s)
        async with reader.follow() as follower:
            yield follower

    def newest(self) -> tuple[TaskState, ...] | None:
        """What runs, the last started first, as those see it who follow now; None when nobody does."""
        reader = self._readers.get(asyncio.get_running_loop())
        return None if reader is None or reader.over else reader.newest()


class _Reader:
    """Reads for all followers in one event loop."""

    def __init__(self, store: Store, changes: ChangeFeed, every_s: float) -> None:
        self._store = store
        self._changes = changes
        self._every_s = every_s
        self._running = RunningTasks()
        self._followers: set[Follower] = set()
        self._whole = asyncio.Event()
        # In a context of its own: what it logs belongs to no follower.
        self._task = asyncio.get_running_loop().create_task(self._read(), context=Context())

    @property
    def over(self) -> bool:
        """Whether it reads no longer."""
        return self._task.done() or self._task.cancelling() > 0

    def newest(self) -> tuple[TaskState, ...] | None:
        return self._running.newest() if self._whole.is_set() else None

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        follower = Follower(self._running)
        self._followers.add(follower)
        try:
            await self._whole.wait()
            follower.look()
            yield follower
        finally:
            self._followers.discard(follower)
            if not self._followers:
                self._task.cancel()

    async def _read(self) -> None:
        try:
            async with self._changes(None) as changed:
                await self._follow_up(changed)
        except Exception as error:  # noqa: BLE001 - a store or a layer may fail in any way; the followers are told
            self._tell(error)

    async def _follow_up(self, changed: Callable[[float], Awaitable[Sequence[TaskState]]]) -> None:
        told: Sequence[TaskState] = ()
        due = rested = time.monotonic()
        while True:
            begun = time.monotonic()
            if begun >= due or (begun >= rested and not told):
                if self._running.replace(await sync_to_async(self._store.active)(MAX_RUNNING)):
                    self._tell()
                self._whole.set()
                read = time.monotonic()
                rested = read + _REST * (read - begun)
                due = max(rested, begun + self._every_s)
            told = await changed(max(0.0, due - time.monotonic()))
            if self._running.update(told):
                self._tell()

    def _tell(self, error: Exception | None = None) -> None:
        for follower in self._followers:
            follower.tell(error)
        if error is not None:
            self._whole.set()
