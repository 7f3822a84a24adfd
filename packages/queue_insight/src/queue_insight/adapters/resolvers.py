"""Strawberry: fields to list and follow queues, tasks, workers and failures, for those who may view them.

``queues = strawberry.field(resolver=resolvers.queues)`` in a Query is all that a project has to write.
"""

# ruff: noqa: TC002, TC003 - Strawberry reads annotations at run time
from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Final, Generic, Protocol, TypeVar

import strawberry
from asgiref.sync import sync_to_async
from graphql import GraphQLError
from strawberry import relay
from strawberry.types import Info

from queue_insight import listing
from queue_insight.adapters.graphql import (
    Freshness,
    GraphQLSnapshot,
    Queue,
    QueuedTask,
    TaskFailures,
    Worker,
    content,
    freshness,
    from_snapshot,
    queue,
    task,
    task_failures,
    worker,
)
from queue_insight.errors import (
    CursorExpiredError,
    InvalidCursorError,
    StoreRefusedError,
    StoreUnreachableError,
)
from queue_insight.last_known import LastKnown
from queue_insight.read import saved_at, snapshot
from queue_insight.snapshot import moment

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.failures import FailureGroup
    from queue_insight.listing import Page
    from queue_insight.snapshot import QueueState, TaskInfo, WorkerInfo

_Node = TypeVar("_Node")
_Value = TypeVar("_Value")

#: The codes of errors, in `extensions.code`.
_CODES: Final[Mapping[type[Exception], str]] = {
    InvalidCursorError: "malformed_cursor",
    CursorExpiredError: "cursor_expired",
    StoreRefusedError: "store_refused",
    StoreUnreachableError: "store_unreachable",
}
#: Number of waiting tasks of each queue in an overview.
_PEEK: Final = 20


class User(Protocol):
    """The viewer. Django's users, including the anonymous one, match it."""

    @property
    def is_staff(self) -> bool:
        """Whether the user may enter the admin."""

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in."""

    def has_perm(self, perm: str) -> bool:
        """Whether the user has this permission."""


def view_queue(user: User | None) -> bool:
    """The default: active staff with the permission of the admin's page."""
    return user is not None and user.is_active and user.is_staff and user.has_perm("queue_insight.view_queue")


def user_of(info: Info) -> User | None:
    """Return the viewer, over Django's HTTP views or Channels; None if the context has none."""
    context = info.context
    request = context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    connection = getattr(request, "consumer", request)
    scope = getattr(connection, "scope", None) or {}
    user: User | None = getattr(request, "user", None) or scope.get("user")
    return user


@strawberry.type(description="An entry of a list, and its place.")
class Edge(Generic[_Node]):
    """An entry, and the cursor behind which a page may begin."""

    cursor: str
    node: _Node


@strawberry.type(description="A page of a list.")
class Connection(Generic[_Node]):
    """A page; the next one follows `pageInfo.endCursor`."""

    edges: list[Edge[_Node]]
    page_info: relay.PageInfo
    #: How many there are on all pages; null when not known.
    total_count: int | None
    #: Whether the entries can be known: a broker may only count them, or no collector may have reported.
    is_known: bool
    freshness: Freshness


@strawberry.enum(description="What an update contains: everything, what has changed, or nothing new.")
class QueueUpdateKind(Enum):
    """What an update contains."""

    SNAPSHOT = "snapshot"
    DELTA = "delta"
    HEARTBEAT = "heartbeat"


QueueEntry = Annotated[Queue | QueuedTask | Worker, strawberry.union("QueueEntry")]


@strawberry.type(description="One message of a subscription to queues, tasks and workers.")
class QueueUpdate:
    """One message of a subscription: the first is a snapshot, the others say what has changed since."""

    kind: QueueUpdateKind
    #: Counts the messages from 1. After a gap, subscribe again: the first message has everything.
    seq: int
    #: Seconds until the next message, at most.
    heartbeat_seconds: float
    changed: list[QueueEntry]
    #: Ids of what is no longer there.
    gone: list[strawberry.ID]
    #: How many tasks were counted that are not listed.
    more: int
    #: How old queues and waiting tasks are; those that are not in `changed` are as they were.
    broker_freshness: Freshness
    #: How old workers and the tasks that they have are.
    workers_freshness: Freshness


class QueueResolvers:
    """Resolvers for viewers whom `can_view` lets in; it is asked before anything is read, in a thread.

    A subscription reads again when the collector has saved, and at least every `every_s` seconds, once for
    all viewers of the process, and asks `can_view` each time. Whether the collector has saved is asked every
    `ask_s` seconds, by reading one record. It sends a message at least every `heartbeat_s` seconds.
    """

    def __init__(
        self,
        app: Celery | None = None,
        *,
        can_view: Callable[[User | None], bool] = view_queue,
        every_s: float = 1.0,
        ask_s: float = 0.2,
        heartbeat_s: float = 5.0,
    ) -> None:
        self._app = app
        self._can_view = can_view
        self._every_s = every_s
        self._ask_s = ask_s
        self._heartbeat_s = heartbeat_s
        self._reading = threading.Lock()
        self._read: tuple[float, GraphQLSnapshot] | None = None
        #: When the collector saved last, as known at a moment of the monotonic clock.
        self._saved: tuple[float, datetime | None] = (-math.inf, None)
        self._last_known = LastKnown()

    async def queues(self, info: Info, first: int = 50, after: str | None = None) -> Connection[Queue]:
        """Return queues in the order of their names."""
        return await self._answer(
            info, lambda: _queues(listing.queue_page(self._app, first=first, after=after))
        )

    async def waiting_tasks(
        self, info: Info, queue: str, first: int = 50, after: str | None = None
    ) -> Connection[QueuedTask]:
        """Return tasks that wait in a queue, in order of delivery."""
        return await self._answer(
            info, lambda: _tasks(listing.waiting_page(queue, self._app, first=first, after=after))
        )

    async def running_tasks(
        self, info: Info, first: int = 50, after: str | None = None
    ) -> Connection[QueuedTask]:
        """Return running tasks, and those that ended with their worker, in the order of their ids."""
        return await self._answer(
            info, lambda: _tasks(listing.running_page(self._app, first=first, after=after))
        )

    async def workers(self, info: Info, first: int = 50, after: str | None = None) -> Connection[Worker]:
        """Return workers in the order of their names."""
        return await self._answer(
            info, lambda: _workers(listing.worker_page(self._app, first=first, after=after))
        )

    async def task_failures(
        self, info: Info, first: int = 50, after: str | None = None
    ) -> Connection[TaskFailures]:
        """Return groups of failures, the one that failed last first."""
        return await self._answer(
            info, lambda: _failures(listing.failure_page(self._app, first=first, after=after))
        )

    async def queue_updates(self, info: Info) -> AsyncGenerator[QueueUpdate, None]:
        """Follow an overview of queues, tasks and workers: a snapshot, then numbered changes."""
        seq, due, sent = 0, 0.0, Sent()
        while True:
            shown = await self._answer(info, self._overview)
            changed, gone = sent.changes(shown)
            if changed or gone or time.monotonic() >= due:
                seq, due = seq + 1, time.monotonic() + self._heartbeat_s
                kind = QueueUpdateKind.DELTA if changed or gone else QueueUpdateKind.HEARTBEAT
                yield QueueUpdate(
                    kind=QueueUpdateKind.SNAPSHOT if seq == 1 else kind,
                    seq=seq,
                    heartbeat_seconds=self._heartbeat_s + self._every_s,
                    changed=changed,
                    gone=gone,
                    more=shown.more,
                    broker_freshness=shown.of_broker,
                    workers_freshness=shown.of_collector,
                )
            await self._until_saved(shown.of_collector.as_of)

    async def _answer(self, info: Info, read: Callable[[], _Value]) -> _Value:
        def answer() -> _Value:
            if not self._can_view(user_of(info)):
                msg = "You may not view the queues. Ask for the permission, or sign in."
                raise GraphQLError(msg, extensions={"code": "forbidden"})
            try:
                return read()
            except tuple(_CODES) as error:
                code = next(code for kind, code in _CODES.items() if isinstance(error, kind))
                raise GraphQLError(str(error), extensions={"code": code}) from None

        return await sync_to_async(answer)()

    async def _until_saved(self, shown: datetime | None) -> None:
        """Wait until the collector has saved something else than what was shown, at most `every_s`."""
        due = time.monotonic() + self._every_s
        while (left := due - time.monotonic()) > 0:
            await asyncio.sleep(min(left, self._ask_s))
            known_at, saved = self._saved
            if time.monotonic() - known_at >= self._ask_s / 2:  # else another viewer has just asked
                saved = await sync_to_async(self._ask)()
            if saved is not None and saved != shown:
                return

    def _ask(self) -> datetime | None:
        at = saved_at(self._app)
        self._saved = time.monotonic(), None if at is None else moment(at)
        return self._saved[1]

    def _overview(self) -> GraphQLSnapshot:
        with self._reading:
            if self._read is None or self._is_outdated(*self._read):
                found = snapshot(self._app, tasks=(), overview=True, peek=_PEEK)
                self._read = time.monotonic(), from_snapshot(self._last_known.complete(found))
            return self._read[1]

    def _is_outdated(self, read_at: float, shown: GraphQLSnapshot) -> bool:
        if time.monotonic() - read_at >= self._every_s / 2:
            return True
        known_at, saved = self._saved
        return known_at > read_at and saved is not None and saved != shown.of_collector.as_of


class Sent:
    """What one viewer has been sent."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[object, ...]] = {}

    def changes(self, shown: GraphQLSnapshot) -> tuple[list[QueueEntry], list[strawberry.ID]]:
        """Return what is new or has changed, and the ids of what is gone."""
        listed: list[QueueEntry] = [*shown.queues, *shown.tasks, *shown.workers]
        entries: dict[str, QueueEntry] = {each.id: each for each in listed}
        now = {key: content(each) for key, each in entries.items()}
        changed = [each for key, each in entries.items() if self._entries.get(key) != now[key]]
        gone = [strawberry.ID(key) for key in self._entries if key not in now]
        self._entries = now
        return changed, gone


def _queues(page: Page[QueueState]) -> Connection[Queue]:
    of_broker, of_workers = freshness(page.freshness), freshness(page.workers_freshness)
    return _connection(page, lambda each: queue(each, of_broker, of_workers))


def _tasks(page: Page[TaskInfo]) -> Connection[QueuedTask]:
    return _connection(page, lambda each: task(each, freshness(page.freshness)))


def _workers(page: Page[WorkerInfo]) -> Connection[Worker]:
    return _connection(page, lambda each: worker(each, freshness(page.freshness)))


def _failures(page: Page[FailureGroup]) -> Connection[TaskFailures]:
    return _connection(page, lambda each: task_failures(each, freshness(page.freshness)))


def _connection(page: Page[_Value], node: Callable[[_Value], _Node]) -> Connection[_Node]:
    cursors = [cursor for cursor, _ in page.entries]
    return Connection(
        edges=[Edge(cursor=cursor, node=node(entry)) for cursor, entry in page.entries],
        page_info=relay.PageInfo(
            has_next_page=page.rest is not None,
            has_previous_page=False,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=page.rest or (cursors[-1] if cursors else None),
        ),
        total_count=page.total,
        is_known=page.is_known,
        freshness=freshness(page.freshness),
    )
