"""Strawberry: fields to query and follow tasks, seen only by whom the project allows.

``progress = strawberry.field(resolver=board.progress)`` in a Query is all that a project writes.
"""

# ruff: noqa: TC002, TC003 - Strawberry reads annotations at run time
from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from eliot_progress.adapters.graphql import Liveness, Progress, from_state

if TYPE_CHECKING:
    from eliot_progress.state import TaskState
    from eliot_progress.stores.base import Store

#: An overview looks at this many running tasks and shows at most _MOST_SHOWN of those that match.
_MOST_SEEN = 10_000
_MOST_SHOWN = 1_000
_LONGEST_ID = 500
#: A task that is followed is looked at again at least this often (in seconds), whatever its promise.
_PATIENCE_S = 30.0
#: A promise is over when this much more time (in seconds) has passed.
_AFTER_S = 0.01


@strawberry.type(description="A snapshot first (seq 1), then one with the next seq at each change.")
class ProgressUpdate:
    """One message of the subscription."""

    seq: int
    progress: Progress


class User(Protocol):
    """Who asks; Django's users, the anonymous one too, are such."""

    @property
    def is_staff(self) -> bool:
        """May enter the admin."""

    @property
    def is_active(self) -> bool:
        """May sign in."""

    def get_username(self) -> str:
        """The name that tasks carry as `by`; empty for nobody."""


class Changes(Protocol):
    """Tells when to look at a task again; `adapters.channels.changes` is such."""

    def __call__(self, of: str) -> AbstractAsyncContextManager[Callable[[float], Awaitable[None]]]:
        """Inside, awaiting `changed(longest_s)` ends at the next change of `of`, or after `longest_s`."""


def staff_only(user: User | None, state: TaskState) -> bool:  # noqa: ARG001 - the shape of every such hook
    """The default: active staff sees every task, all others none."""
    return user is not None and user.is_active and user.is_staff


def user_of(info: Info) -> User | None:
    """Who asks, over Django's HTTP views and over Channels; None when nothing tells."""
    context = info.context
    request = context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    carrier = getattr(request, "consumer", request)
    scope = getattr(carrier, "scope", None) or {}
    user: User | None = getattr(request, "user", None) or scope.get("user")
    return user


class Board:
    """Resolvers over a store. A task that `may_see(user, state)` refuses is as if it did not exist.

    With `changes` a subscription asks the store when a task has changed, or has not kept its promise; without
    it, every `every_s` seconds. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        *,
        may_see: Callable[[User | None, TaskState], bool] = staff_only,
        changes: Changes | None = None,
        every_s: float = 0.25,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._may_see = may_see
        self._changes = changes or _now_and_then(every_s)
        self._clock = clock

    async def progress(self, info: Info, of: strawberry.ID) -> Progress | None:
        """The task with this id, or the last one about this object; null when there is none to see."""
        return await sync_to_async(self._find)(info, of)

    async def in_progress(
        self, info: Info, mine: bool = False, liveness: list[Liveness] | None = None, limit: int = 100
    ) -> list[Progress]:
        """What is going on, the last started first: all that may be seen, or mine, or what is stalled."""
        return await sync_to_async(self._overview)(info, mine, liveness, limit)

    async def ended_lately(
        self, info: Info, mine: bool = False, failed: bool = False, limit: int = 100
    ) -> list[Progress]:
        """What ended, the last ended first: all that may be seen, or mine, or what failed."""
        return await sync_to_async(self._ended)(info, mine, failed, limit)

    async def updates(self, info: Info, of: strawberry.ID) -> AsyncGenerator[ProgressUpdate, None]:
        """Follow a task: a snapshot, then each change, until it ends or is no longer to be seen."""
        seq, shown = 0, None
        async with self._changes(of) as changed:
            while (found := await sync_to_async(self._find)(info, of)) is not None:
                if found != shown:
                    seq, shown = seq + 1, found
                    yield ProgressUpdate(seq=seq, progress=found)
                if found.outcome is not None:
                    return
                await changed(self._patience_s(found))

    def _patience_s(self, shown: Progress) -> float:
        """Seconds until the task will be late, or stalled, unless it reports."""
        if shown.next_by is None or shown.liveness is Liveness.STALLED:
            return _PATIENCE_S
        grace = shown.grace_seconds if shown.liveness is Liveness.LATE else 0
        return min(max(shown.next_by.timestamp() + grace - self._clock(), 0) + _AFTER_S, _PATIENCE_S)

    def _find(self, info: Info, of: str) -> Progress | None:
        if not of.isprintable() or len(of) > _LONGEST_ID:
            return None  # a store need not take control characters, lone surrogates or megabytes
        state = self._store.get(of) or self._store.latest(of)
        if state is None or not self._may_see(user_of(info), state):
            return None
        return from_state(state, self._clock())

    def _overview(
        self, info: Info, mine: bool, liveness: list[Liveness] | None, limit: int
    ) -> list[Progress]:
        seen = self._seen(info, self._store.active(_MOST_SEEN), mine)
        wanted = (each for each in seen if liveness is None or each.liveness in liveness)
        return list(islice(wanted, min(max(limit, 0), _MOST_SHOWN)))

    def _ended(self, info: Info, mine: bool, failed: bool, limit: int) -> list[Progress]:
        ended = self._store.ended(_MOST_SHOWN, outcome="failed" if failed else None)
        return list(islice(self._seen(info, ended, mine), min(max(limit, 0), _MOST_SHOWN)))

    def _seen(self, info: Info, states: Iterable[TaskState], mine: bool) -> Iterator[Progress]:
        user, now = user_of(info), self._clock()
        name = user.get_username() if user is not None else ""
        for state in states:
            if (not mine or (name and state.by == name)) and self._may_see(user, state):
                yield from_state(state, now)


def _now_and_then(every_s: float) -> Changes:
    async def pause(longest_s: float) -> None:
        await asyncio.sleep(min(every_s, longest_s))

    @asynccontextmanager
    async def changes(of: str) -> AsyncIterator[Callable[[float], Awaitable[None]]]:  # noqa: ARG001 - Changes
        yield pause

    return changes
