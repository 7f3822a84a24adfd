"""Strawberry: fields to query and follow tasks, seen only by whom the project allows.

``progress = strawberry.field(resolver=resolvers.progress)`` in a Query is all that a project writes.
"""

# ruff: noqa: TC002, TC003 - Strawberry reads annotations at run time
from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from eliot_progress import stall
from eliot_progress.adapters.graphql import (
    InProgress,
    InProgressKind,
    InProgressUpdate,
    Liveness,
    Progress,
    ProgressUpdate,
    from_state,
)
from eliot_progress.adapters.running_tasks import MAX_RUNNING, ChangeFeed, RunningTasksCache
from eliot_progress.adapters.task_page import PageChanges, TaskPage

if TYPE_CHECKING:
    from eliot_progress.state import TaskState
    from eliot_progress.stores.base import Store

#: An overview shows at most so many of the tasks that it looks at.
_MOST_SHOWN = 1_000
_LONGEST_ID = 500
#: A task that is followed is looked at again at least this often (in seconds), whatever its promise.
_PATIENCE_S = 30.0
#: A promise is over when this much more time (in seconds) has passed.
_AFTER_S = 0.01


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


class ProgressResolvers:
    """Resolvers over a store. A task that `can_view(user, state)` refuses is as if it did not exist.

    With `changes`, a subscription reacts to each reported change and reads the store only when a task breaks
    its promise (`next_by`). Without it, a subscription polls the store every `every_s` seconds. `clock`
    returns seconds since 1970. Each process keeps one cache of all running tasks
    (`running_tasks.RunningTasksCache`) for any number of viewers.

    `can_view` runs once for each viewer and task, and again after `permission_ttl_s` seconds: a viewer who
    loses a permission may see the task for that long and one beat more. It receives the user that opened the
    connection, so permissions that can change have to be read again inside it. It runs in a thread and may
    query a database. An overview sends a message at least every `beat_s` seconds.
    """

    def __init__(
        self,
        store: Store,
        *,
        can_view: Callable[[User | None, TaskState], bool] = staff_only,
        changes: ChangeFeed | None = None,
        every_s: float = 0.25,
        beat_s: float = 5.0,
        permission_ttl_s: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._may_see = can_view
        self._changes = changes or _now_and_then(every_s)
        self._live = RunningTasksCache(store, self._changes)
        self._beat_s = beat_s
        self._ask_again_s = permission_ttl_s
        self._clock = clock

    async def progress(self, info: Info, of: strawberry.ID) -> Progress | None:
        """The task with this id, or the last one about this object; null when there is none to see."""
        return await sync_to_async(self._find)(info, of)

    async def in_progress(
        self, info: Info, mine: bool = False, liveness: list[Liveness] | None = None, limit: int = 100
    ) -> InProgress:
        """What is going on, the last started first: all that may be seen, or mine, or what is stalled."""
        listed = self._live.newest()
        if listed is None:
            listed = await sync_to_async(self._store.active)(MAX_RUNNING)
        return await sync_to_async(self._overview)(info, listed, mine, liveness, limit)

    async def recently_finished(
        self, info: Info, mine: bool = False, failed: bool = False, limit: int = 100
    ) -> list[Progress]:
        """What ended, the last ended first: all that may be seen, or mine, or what failed."""
        return await sync_to_async(self._ended)(info, mine, failed, limit)

    async def updates(self, info: Info, of: strawberry.ID) -> AsyncGenerator[ProgressUpdate, None]:
        """Follow a task: a snapshot, then each change, until it ends or is no longer to be seen."""
        seq, shown = 0, None
        told: Sequence[TaskState] = ()
        async with self._changes(of) as changed:
            while (found := await sync_to_async(self._find)(info, of, shown, told)) is not None:
                if found != shown:
                    seq, shown = seq + 1, found
                    yield ProgressUpdate(seq=seq, progress=found)
                if found.outcome is not None:
                    return
                told = await changed(self._patience_s(found))

    async def in_progress_updates(
        self, info: Info, mine: bool = False, limit: int = 50
    ) -> AsyncGenerator[InProgressUpdate, None]:
        """Follow what is going on: a page of all that may be seen, or mine, then what changes of it."""
        async with self._live.follow() as follower:
            page = TaskPage(follower.running, self._seen_by(info, mine), _bounded(limit), self._ask_again_s)
            seq, beat_at = 1, float("-inf")
            while True:
                news = await page.changes(self._clock())
                if news.any or time.monotonic() >= beat_at:
                    yield self._update(seq, news)
                    seq, beat_at = seq + 1, time.monotonic() + self._beat_s
                await follower.changed(max(0.0, beat_at - time.monotonic()))

    def _patience_s(self, shown: Progress) -> float:
        """Seconds until the task will be late, or stalled, unless it reports."""
        if shown.next_by is None or shown.liveness is Liveness.STALLED:
            return _PATIENCE_S
        grace = shown.grace_seconds if shown.liveness is Liveness.LATE else 0
        return min(max(shown.next_by.timestamp() + grace - self._clock(), 0) + _AFTER_S, _PATIENCE_S)

    def _find(
        self, info: Info, of: str, shown: Progress | None = None, told: Sequence[TaskState] = ()
    ) -> Progress | None:
        if not of.isprintable() or len(of) > _LONGEST_ID:
            return None  # a store need not take control characters, lone surrogates or megabytes
        state = _next(shown, told) or self._store.get(of) or self._store.latest(of)
        if state is None or not self._may_see(user_of(info), state):
            return None
        return from_state(state, self._clock())

    def _overview(
        self,
        info: Info,
        listed: Sequence[TaskState],
        mine: bool,
        liveness: list[Liveness] | None,
        limit: int,
    ) -> InProgress:
        now, sees = self._clock(), self._seen_by(info, mine)
        seen = [state for state in listed if sees(state)]
        if liveness is not None:
            asked = {each.value for each in liveness}
            seen = [state for state in seen if stall.judge(state, now).value in asked]
        shown = [from_state(state, now) for state in seen[: _bounded(limit)]]
        return InProgress(tasks=shown, more=len(seen) - len(shown))

    def _ended(self, info: Info, mine: bool, failed: bool, limit: int) -> list[Progress]:
        now, sees = self._clock(), self._seen_by(info, mine)
        ended = self._store.ended(_MOST_SHOWN, outcome="failed" if failed else None)
        return [from_state(state, now) for state in islice(filter(sees, ended), _bounded(limit))]

    def _seen_by(self, info: Info, mine: bool) -> Callable[[TaskState], bool]:
        user = user_of(info)
        name = user.get_username() if user is not None else ""

        def sees(state: TaskState) -> bool:
            return (not mine or bool(name and state.by == name)) and self._may_see(user, state)

        return sees

    def _update(self, seq: int, news: PageChanges) -> InProgressUpdate:
        now = self._clock()
        kind = InProgressKind.DELTA if news.any else InProgressKind.BEAT
        return InProgressUpdate(
            kind=InProgressKind.SNAPSHOT if seq == 1 else kind,
            seq=seq,
            beat_seconds=self._beat_s,
            tasks=[from_state(state, now) for state in news.tasks],
            gone=[strawberry.ID(task) for task in news.gone],
            more=news.more,
        )


def _bounded(limit: int) -> int:
    return min(max(limit, 0), _MOST_SHOWN)


def _next(shown: Progress | None, told: Sequence[TaskState]) -> TaskState | None:
    """What was told, if it alone is the next that there is to show: another task may have a better claim."""
    if shown is None or len(told) != 1 or told[0].id != shown.id or told[0].seq <= shown.seq:
        return None
    return told[0]


def _now_and_then(every_s: float) -> ChangeFeed:
    async def pause(longest_s: float) -> Sequence[TaskState]:
        await asyncio.sleep(min(every_s, longest_s))
        return ()

    @asynccontextmanager
    async def changes(
        of: str | None,  # noqa: ARG001 - the shape of ChangeFeed
    ) -> AsyncIterator[Callable[[float], Awaitable[Sequence[TaskState]]]]:
        yield pause

    return changes
