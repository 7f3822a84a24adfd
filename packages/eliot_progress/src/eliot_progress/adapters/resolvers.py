"""Strawberry: fields to query and follow tasks, limited to those that the project allows.

``progress = strawberry.field(resolver=resolvers.progress)`` in a Query is all that a project has to write.
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

#: The largest page of an overview.
_MAX_LISTED = 1_000
_MAX_ID_LENGTH = 500
#: A followed task is read again at least this often (in seconds), whatever it promised.
_MAX_WAIT_S = 30.0
#: Seconds after the end of a promise until it counts as broken.
_SLACK_S = 0.01


class User(Protocol):
    """The viewer. Django's users, including the anonymous one, match it."""

    @property
    def is_staff(self) -> bool:
        """Whether the user may enter the admin."""

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in."""

    def get_username(self) -> str:
        """The name in the field `by` of the user's tasks; empty for the anonymous user."""


def staff_only(user: User | None, state: TaskState) -> bool:  # noqa: ARG001 - the signature of the hook
    """The default: active staff may see every task, all others none."""
    return user is not None and user.is_active and user.is_staff


def user_of(info: Info) -> User | None:
    """Return the viewer, over Django's HTTP views or Channels; None if the context has none."""
    context = info.context
    request = context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    connection = getattr(request, "consumer", request)
    scope = getattr(connection, "scope", None) or {}
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
        self._can_view = can_view
        self._changes = changes or _poll_every(every_s)
        self._cache = RunningTasksCache(store, self._changes)
        self._beat_s = beat_s
        self._permission_ttl_s = permission_ttl_s
        self._clock = clock

    async def progress(self, info: Info, of: strawberry.ID) -> Progress | None:
        """Return the task with this id, or the latest one about this object; null if none is visible."""
        return await sync_to_async(self._find)(info, of)

    async def in_progress(
        self, info: Info, mine: bool = False, liveness: list[Liveness] | None = None, limit: int = 100
    ) -> InProgress:
        """Return the visible running tasks, the most recent first: all, one's own, or by liveness."""
        listed = self._cache.newest()
        if listed is None:
            listed = await sync_to_async(self._store.active)(MAX_RUNNING)
        return await sync_to_async(self._overview)(info, listed, mine, liveness, limit)

    async def recently_finished(
        self, info: Info, mine: bool = False, failed: bool = False, limit: int = 100
    ) -> list[Progress]:
        """Return the visible ended tasks, the last ended first: all, one's own, or the failed ones."""
        return await sync_to_async(self._ended)(info, mine, failed, limit)

    async def updates(self, info: Info, of: strawberry.ID) -> AsyncGenerator[ProgressUpdate, None]:
        """Follow a task: a snapshot, then each change, until it ends or is no longer visible."""
        seq, sent = 0, None
        received: Sequence[TaskState] = ()
        async with self._changes(of) as changed:
            while (found := await sync_to_async(self._find)(info, of, sent, received)) is not None:
                if found != sent:
                    seq, sent = seq + 1, found
                    yield ProgressUpdate(seq=seq, progress=found)
                if found.outcome is not None:
                    return
                received = await changed(self._wait_s(found))

    async def in_progress_updates(
        self, info: Info, mine: bool = False, limit: int = 50
    ) -> AsyncGenerator[InProgressUpdate, None]:
        """Follow the running tasks: a page of the visible ones or one's own, then its changes."""
        async with self._cache.follow() as follower:
            page = TaskPage(
                follower.running, self._filter_for(info, mine), _bounded(limit), self._permission_ttl_s
            )
            seq, due_at = 1, float("-inf")
            while True:
                changes = await page.changes(self._clock())
                if changes.any or time.monotonic() >= due_at:
                    yield self._update(seq, changes)
                    seq, due_at = seq + 1, time.monotonic() + self._beat_s
                await follower.changed(max(0.0, due_at - time.monotonic()))

    def _wait_s(self, sent: Progress) -> float:
        """Return the seconds until the task becomes late, or stalled, unless it reports."""
        if sent.next_by is None or sent.liveness is Liveness.STALLED:
            return _MAX_WAIT_S
        grace = sent.grace_seconds if sent.liveness is Liveness.LATE else 0
        return min(max(sent.next_by.timestamp() + grace - self._clock(), 0) + _SLACK_S, _MAX_WAIT_S)

    def _find(
        self, info: Info, of: str, sent: Progress | None = None, received: Sequence[TaskState] = ()
    ) -> Progress | None:
        if not of.isprintable() or len(of) > _MAX_ID_LENGTH:
            return None  # stores need not accept control characters, lone surrogates or megabytes
        state = _next(sent, received) or self._store.get(of) or self._store.latest(of)
        if state is None or not self._can_view(user_of(info), state):
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
        now, is_visible = self._clock(), self._filter_for(info, mine)
        visible = [state for state in listed if is_visible(state)]
        if liveness is not None:
            requested = {each.value for each in liveness}
            visible = [state for state in visible if stall.judge(state, now).value in requested]
        sent = [from_state(state, now) for state in visible[: _bounded(limit)]]
        return InProgress(tasks=sent, more=len(visible) - len(sent))

    def _ended(self, info: Info, mine: bool, failed: bool, limit: int) -> list[Progress]:
        now, is_visible = self._clock(), self._filter_for(info, mine)
        ended = self._store.ended(_MAX_LISTED, outcome="failed" if failed else None)
        return [from_state(state, now) for state in islice(filter(is_visible, ended), _bounded(limit))]

    def _filter_for(self, info: Info, mine: bool) -> Callable[[TaskState], bool]:
        user = user_of(info)
        name = user.get_username() if user is not None else ""

        def is_visible(state: TaskState) -> bool:
            return (not mine or bool(name and state.by == name)) and self._can_view(user, state)

        return is_visible

    def _update(self, seq: int, changes: PageChanges) -> InProgressUpdate:
        now = self._clock()
        kind = InProgressKind.DELTA if changes.any else InProgressKind.HEARTBEAT
        return InProgressUpdate(
            kind=InProgressKind.SNAPSHOT if seq == 1 else kind,
            seq=seq,
            heartbeat_seconds=self._beat_s,
            changed=[from_state(state, now) for state in changes.tasks],
            gone=[strawberry.ID(task) for task in changes.gone],
            more=changes.more,
        )


def _bounded(limit: int) -> int:
    return min(max(limit, 0), _MAX_LISTED)


def _next(sent: Progress | None, received: Sequence[TaskState]) -> TaskState | None:
    """Return the received state if it is the successor of the sent one; None means: read the store."""
    if sent is None or len(received) != 1 or received[0].id != sent.id or received[0].seq <= sent.seq:
        return None
    return received[0]


def _poll_every(every_s: float) -> ChangeFeed:
    async def pause(timeout_s: float) -> Sequence[TaskState]:
        await asyncio.sleep(min(every_s, timeout_s))
        return ()

    @asynccontextmanager
    async def changes(
        of: str | None,  # noqa: ARG001 - the signature of ChangeFeed
    ) -> AsyncIterator[Callable[[float], Awaitable[Sequence[TaskState]]]]:
        yield pause

    return changes
