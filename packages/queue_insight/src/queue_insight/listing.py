"""Reads queues, workers, tasks and failures in pages, each of which follows the key of an entry.

A key stays true while entries come and go, so that nothing that remains is left out between two pages.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final, Generic, TypeVar

import msgspec
from msgspec import Meta

from queue_insight.brokers.choose import broker_for
from queue_insight.errors import (
    BrokerUnsupportedError,
    CollectorStateUnreadableError,
    CursorExpiredError,
    InvalidCursorError,
)
from queue_insight.failures import failures
from queue_insight.freshness import Freshness, Source
from queue_insight.read import celery_app, snapshot, task_ids, tasks_at_workers, waiting_tasks
from queue_insight.snapshot import TaskState, moment
from queue_insight.stored_state import load_header
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from celery import Celery

    from queue_insight.failures import FailureGroup
    from queue_insight.snapshot import QueueState, TaskInfo, WorkerInfo
    from queue_insight.stores.base import Store

#: Maximum number of entries of one page.
MAX_PAGE: Final = 100
#: Number of waiting tasks to read of each queue for its drain estimate.
_SAMPLE: Final = 20
#: A page of running tasks looks through so many tasks of workers at a time, so often at most.
_IDS: Final = 500
_STEPS: Final = 4
#: A waiting task is looked for in parts of this size, from a little behind the place where it stood, as
#: others may have been put before it, towards the front.
_PART: Final = 250
_BEHIND: Final = 50
_LOOKED_THROUGH: Final = 2000
#: Maximum number of characters of a cursor. Names have 255 at most.
_MAX_CURSOR: Final = 4000

_Entry = TypeVar("_Entry")
_Key = TypeVar("_Key")
#: What a cursor contains: the kind of its list, and the key of an entry.
_NAMED: Final = msgspec.json.Decoder(tuple[str, str])
_PLACED: Final = msgspec.json.Decoder(tuple[str, Annotated[int, Meta(ge=0, le=2**40)], str])
_TIMED: Final = msgspec.json.Decoder(tuple[str, float, str])


_NOT_KNOWN: Final = Freshness(source=Source.COLLECTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[_Entry]):
    """Some entries in their order, each with its cursor."""

    entries: Sequence[tuple[str, _Entry]]
    #: The cursor behind which the next page begins; None: there is none.
    rest: str | None
    #: How many there are on all pages; None when not known.
    total: int | None
    freshness: Freshness
    #: Whether the entries can be known; some brokers only count them.
    is_known: bool
    #: Of queues: how old what workers are known to run is.
    workers_freshness: Freshness = _NOT_KNOWN


def queue_page(app: Celery | None = None, *, first: int, after: str | None = None) -> Page[QueueState]:
    """Return queues in the order of their names.

    Raises:
        InvalidCursorError: `after` is not the cursor of a queue.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    name = "" if after is None else _parse("queue", after, _NAMED)[1]
    now = snapshot(app, tasks=(), overview=True, peek=_SAMPLE)
    page = _sorted_page(
        {queue.name: queue for queue in now.queues},
        lambda key: _cursor("queue", key),
        first=first,
        after=name,
        freshness=now.of_broker,
        is_known=now.broker_read,
    )
    return replace(page, workers_freshness=now.of_collector)


def worker_page(app: Celery | None = None, *, first: int, after: str | None = None) -> Page[WorkerInfo]:
    """Return workers in the order of their names.

    Raises:
        InvalidCursorError: `after` is not the cursor of a worker.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    name = "" if after is None else _parse("worker", after, _NAMED)[1]
    now = snapshot(app, tasks=(), peek=0)
    return _sorted_page(
        {worker.name: worker for worker in now.workers},
        lambda key: _cursor("worker", key),
        first=first,
        after=name,
        freshness=now.of_collector,
        is_known=now.collected_at is not None,
    )


def running_page(app: Celery | None = None, *, first: int, after: str | None = None) -> Page[TaskInfo]:
    """Return running tasks, and those that ended with their worker, in the order of their ids.

    It looks through 2,000 tasks that workers have at most, so that a page may have fewer than `first` tasks
    although another one follows.

    Raises:
        InvalidCursorError: `after` is not the cursor of a running task.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    last = "" if after is None else _parse("running", after, _NAMED)[1]
    size, app = _bounded(first), app or celery_app()
    now = snapshot(app, tasks=(), peek=0)
    found: list[TaskInfo] = []
    for _ in range(_STEPS):
        ids = task_ids(after=last, limit=_IDS, app=app)
        found += [t for t in tasks_at_workers(ids, now.workers, app=app) if t.state is not TaskState.RESERVED]
        last = ids[-1] if len(ids) == _IDS else ""
        if not last or len(found) > size:
            break
    if len(found) > size:
        last = found[size - 1].id
    is_known = now.collected_at is not None
    return Page(
        entries=[(_cursor("running", task.id), task) for task in found[:size]],
        rest=_cursor("running", last) if last else None,
        total=sum(each.running for each in now.workers) + now.ended_tasks if is_known else None,
        freshness=now.of_collector,
        is_known=is_known,
    )


def waiting_page(
    queue: str, app: Celery | None = None, *, first: int, after: str | None = None
) -> Page[TaskInfo]:
    """Return tasks that wait in the queue, in order of delivery.

    The queues are those that configuration, workers and events name.

    Raises:
        InvalidCursorError: `after` is not the cursor of a waiting task.
        CursorExpiredError: the task behind which the page begins is no longer near where it stood.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    _, place, last = ("", 0, "") if after is None else _parse("waiting", after, _PLACED)
    size, app = _bounded(first), app or celery_app()
    now = snapshot(app, tasks=(), peek=0)
    state = now.queue(queue)  # None if it is no queue, whatever else the broker has under this name
    is_known = now.broker_read and state is not None and _shows_messages(app)
    total = state.depth if state is not None and now.broker_read else None
    tasks: Sequence[TaskInfo] = ()
    if is_known and last:
        tasks = _following(app, queue, place, last, size, total or 0)
    elif is_known:
        tasks = waiting_tasks(app, queue, skip=0, count=size)
    entries = [(_cursor("waiting", task.position or 0, task.id), task) for task in tasks]
    return Page(
        entries=entries,
        # Large tasks make a page shorter than it was asked to be.
        rest=entries[-1][0] if entries and (tasks[-1].position or 0) + 1 < (total or 0) else None,
        total=total,
        freshness=now.of_broker,
        is_known=is_known,
    )


def failure_page(app: Celery | None = None, *, first: int, after: str | None = None) -> Page[FailureGroup]:
    """Return groups of failures, the one that failed last first.

    Raises:
        InvalidCursorError: `after` is not the cursor of a group.
        StoreUnreachableError: the store did not respond.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    _, at, last = ("", math.inf, "") if after is None else _parse("failure", after, _TIMED)
    size, app = _bounded(first), app or celery_app()
    store = store_for(app)
    freshness = _of_collector(store)
    groups = failures(app, store=store)
    following = [each for each in groups if (each.last_at.timestamp(), each.id) < (at, last)]
    entries = [(_cursor("failure", each.last_at.timestamp(), each.id), each) for each in following[:size]]
    return Page(
        entries=entries,
        rest=entries[-1][0] if len(following) > size else None,
        total=len(groups),
        freshness=freshness,
        is_known=bool(groups) or freshness.as_of is not None,
    )


def _sorted_page(
    found: dict[str, _Entry],
    cursor: Callable[[str], str],
    *,
    first: int,
    after: str,
    freshness: Freshness,
    is_known: bool,
) -> Page[_Entry]:
    size = _bounded(first)
    keys = [key for key in sorted(found) if key > after]
    entries = [(cursor(key), found[key]) for key in keys[:size]]
    return Page(
        entries=entries,
        rest=entries[-1][0] if len(keys) > size else None,
        total=len(found) if is_known else None,
        freshness=freshness,
        is_known=is_known,
    )


def _following(app: Celery, queue: str, place: int, last: str, size: int, total: int) -> Sequence[TaskInfo]:
    """Return what follows the task that was at this place; the first tasks if it is gone, as all before it.

    Raises:
        CursorExpiredError: it is not among the tasks that are looked through.
    """
    # One read has both the task and what follows it, since all move while workers take tasks.
    begin, end = place, place + 1
    for _ in range(_LOOKED_THROUGH // _PART):
        tasks = waiting_tasks(app, queue, skip=begin, count=end - begin + size)
        behind = next((number for number, task in enumerate(tasks, start=1) if task.id == last), None)
        if behind is not None:
            return tasks[behind : behind + size]
        if begin == 0:
            return tasks[:size]
        if len(tasks) < end - begin and begin + len(tasks) < total:
            break  # these are large, so that not all of them were read
        begin, end = max(0, min(begin + _BEHIND, total) - _PART), min(begin + _BEHIND, total)
    raise CursorExpiredError(queue, last)


def _shows_messages(app: Celery) -> bool:
    try:
        return broker_for(app).capabilities.page
    except BrokerUnsupportedError:
        return False


def _of_collector(store: Store) -> Freshness:
    try:
        stored = load_header(store)
    except CollectorStateUnreadableError:
        return _NOT_KNOWN
    if stored is None:
        return _NOT_KNOWN
    at = moment(stored.state.collected_at)
    return Freshness(source=Source.COLLECTOR, as_of=at, age_s=stored.age_s, is_current=stored.is_fresh)


def _bounded(first: int) -> int:
    return min(max(first, 1), MAX_PAGE)


def _cursor(*key: str | float) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode()


def _parse(kind: str, cursor: str, decoder: msgspec.json.Decoder[_Key]) -> _Key:
    if len(cursor) > _MAX_CURSOR:
        raise InvalidCursorError(kind)
    try:
        key = decoder.decode(base64.urlsafe_b64decode(cursor))
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise InvalidCursorError(kind) from None
    if not isinstance(key, tuple) or key[0] != kind:
        raise InvalidCursorError(kind)
    return key
