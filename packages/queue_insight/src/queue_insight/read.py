"""Reads the broker and the store and returns the snapshot: the one call that most users need."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from celery.app import app_or_default
from msgspec import structs

from queue_insight import conf
from queue_insight.brokers.base import BrokerState, QueueBacklog
from queue_insight.brokers.choose import broker_for
from queue_insight.celery_app import import_app, transport
from queue_insight.compose import compose, task_at_worker, waiting_task
from queue_insight.errors import (
    BrokerUnreachableError,
    BrokerUnsupportedError,
    CollectorStateUnreadableError,
    StoreUnreachableError,
)
from queue_insight.locating import locate
from queue_insight.notes import broker_notes, broker_unavailable, collector_notes, no_store, store_unavailable
from queue_insight.stored_state import (
    load,
    load_all_tasks,
    load_at_workers,
    load_header,
    load_sent,
    load_tasks,
)
from queue_insight.stores.choose import store_for
from queue_insight.stores.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from celery import Celery

    from queue_insight.collector_state import ObservedTask, SentTask
    from queue_insight.reasons import Reason
    from queue_insight.snapshot import Snapshot, TaskInfo, WorkerInfo
    from queue_insight.stored_state import StoredState
    from queue_insight.stores.base import Store


def snapshot(
    app: Celery | None = None,
    *,
    store: Store | None = None,
    tasks: Iterable[str] | None = None,
    overview: bool = False,
    queues: Iterable[str] = (),
    peek: int | None = None,
    clock: Callable[[], float] = time.time,
) -> Snapshot:
    """Return the waiting and running tasks, the queues and the workers.

    `app` defaults to the app named by QUEUE_INSIGHT['APP'], else to Celery's current app; `store` to the
    configured one; `clock` returns epoch seconds. `tasks` are the ids of those to look for at the workers;
    by default all of them, up to MAX_TASKS, are read. An overview needs none of them: the queues count them.
    `overview` adds those that have run longest, and those that ended with their worker last. `queues` names
    queues to read in addition to those that configuration, workers and events name.
    `peek` is the number of waiting tasks to read of each queue, by default PEEK; an overview needs one.

    The call blocks for four round trips, two to the broker and two to the store, and one more to the store
    for each thousand tasks, and for the notes of the senders of the asked tasks. Asked tasks that are found
    nowhere are looked for further back in their queues, at most 20 of them where their sender noted when it
    sent them, and one other among about 2,000 tasks of up to five queues. If one is unreachable,
    nothing is raised: `notes` says what is unknown, and why.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    settings = conf.get()
    app = app or celery_app()
    is_chosen = store is not None or bool(settings.STORE)
    store = store or store_for(app)
    asked = None if tasks is None else frozenset(tasks)
    sent = _sent(store, asked or ())
    stored, store_notes = _load(store)
    if stored is None and not is_chosen and isinstance(store, MemoryStore):
        store_notes = (no_store(transport(app)),)
    peek = settings.PEEK if peek is None else peek
    names = tuple(dict.fromkeys((*queue_names(app, stored), *queues)))
    try:
        reader = broker_for(app)
        broker = reader.read(names, peek=peek, delivered=settings.PEEK)
        unread = broker_notes(broker)
    except (BrokerUnreachableError, BrokerUnsupportedError) as error:
        # What workers run of them may be known all the same.
        reader, broker, unread = None, _unread(names), (broker_unavailable(error),)
    if stored is not None:
        if overview and asked is not None:
            asked = asked.union(stored.state.longest, stored.state.ended)
        try:
            stored = _with_tasks(stored, store, asked, broker)
        except (StoreUnreachableError, CollectorStateUnreadableError) as error:
            stored, store_notes = None, (store_unavailable(error),)
    return compose(
        now=clock(),
        broker=replace(broker, searches=locate(reader, asked or (), sent, broker, stored)),
        stored=stored,
        grace_heartbeats=settings.GRACE_HEARTBEATS,
        retention_s=settings.RETENTION_S,
        asked_tasks=asked,
        sent=sent,
        notes=(*unread, *store_notes),
    )


def saved_at(app: Celery | None = None, *, store: Store | None = None) -> float | None:
    """Return when the collector saved last, by its clock, in one round trip; None if that is not known.

    While it stays the same, nothing has changed but what the broker holds.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    try:
        stored = load_header(store or store_for(app or celery_app()))
    except (StoreUnreachableError, CollectorStateUnreadableError):
        return None
    return None if stored is None else stored.state.collected_at


def task_ids(
    *,
    prefix: str = "",
    after: str = "",
    limit: int = 100,
    app: Celery | None = None,
    store: Store | None = None,
) -> Sequence[str]:
    """Return a sorted page of the ids of tasks at workers, which begin with `prefix` and follow `after`.

    `snapshot(tasks=...)` reads these tasks. The result is empty if the store is unreachable, which
    `snapshot` reports.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    store = store or store_for(app or celery_app())
    try:
        return store.task_ids(prefix=prefix, after=after, limit=limit)
    except StoreUnreachableError:
        return ()


def caused_by(
    causal_id: str, *, limit: int = 100, app: Celery | None = None, store: Store | None = None
) -> Sequence[str] | None:
    """Return ids of tasks whose sender noted this causal id; None if the store keeps no notes.

    The result is empty if the store is unreachable, which `snapshot` reports.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    store = store or store_for(app or celery_app())
    try:
        return store.caused(causal_id, limit=limit) if store.keeps_notes else None
    except StoreUnreachableError:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerTasks:
    """The tasks that one worker runs, or had when it ended."""

    #: Those that began first, as many as a list of workers shows.
    longest: tuple[TaskInfo, ...] = ()
    #: How many it had when it ended.
    ended: int = 0


def worker_tasks(
    workers: Collection[WorkerInfo], *, app: Celery | None = None, store: Store | None = None
) -> Mapping[str, WorkerTasks]:
    """Return by name what these workers run, in two round trips to the store for a hundred workers.

    Whether the broker still holds a task is not known (`TaskInfo.unacked` is None). The result is empty if
    the store is unreachable, which `snapshot` reports.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    store = store or store_for(app or celery_app())
    by_name = {worker.name: worker for worker in workers}
    try:
        found = load_at_workers(store, by_name.keys())
        ids = {task_id for each in found.values() for task_id in each.longest}
        tasks = {task.id: task for task in load_tasks(store, ids)}
    except StoreUnreachableError:
        return {}
    return {
        name: WorkerTasks(
            longest=tuple(
                task_at_worker(task, by_name[name])
                for task_id in each.longest
                # It may have ended, or gone to another worker, since.
                if (task := tasks.get(task_id)) is not None and task.worker == name
            ),
            ended=each.ended,
        )
        for name, each in found.items()
    }


def tasks_at_workers(
    ids: Collection[str],
    workers: Collection[WorkerInfo],
    *,
    app: Celery | None = None,
    store: Store | None = None,
) -> tuple[TaskInfo, ...]:
    """Return those of these tasks that workers have, or had when they ended, in the order of the ids.

    Whether the broker still holds a task is not known (`TaskInfo.unacked` is None). The result is empty if
    the store is unreachable, which `snapshot` reports.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    store = store or store_for(app or celery_app())
    by_name = {worker.name: worker for worker in workers}
    try:
        found = {task.id: task for task in load_tasks(store, ids)}
    except StoreUnreachableError:
        return ()
    return tuple(
        task_at_worker(found[each], by_name.get(found[each].worker)) for each in ids if each in found
    )


def waiting_tasks(app: Celery, queue: str, *, skip: int, count: int) -> tuple[TaskInfo, ...]:
    """Return up to `count` tasks that stand behind the first `skip` ones of the queue, consuming none.

    The result is empty if the broker is unreachable, which `snapshot` reports, or shows no messages.
    """
    try:
        messages = broker_for(app).page(queue, skip=skip, count=count)
    except (BrokerUnreachableError, BrokerUnsupportedError):
        return ()
    return tuple(waiting_task(message, skip + place) for place, message in enumerate(messages))


def _sent(store: Store, asked: Collection[str]) -> Mapping[str, SentTask]:
    try:
        return load_sent(store, asked)
    except StoreUnreachableError:
        return {}  # which reading the collector's state reports


def _with_tasks(
    stored: StoredState, store: Store, asked: frozenset[str] | None, broker: BrokerState
) -> StoredState:
    tasks = _tasks(store, asked, broker)
    if not {task.worker for task in tasks} <= {worker.name for worker in stored.state.workers}:
        # A worker appeared after the workers were read.
        stored = load(store) or stored
    return replace(stored, state=structs.replace(stored.state, tasks=tasks))


def _tasks(store: Store, asked: frozenset[str] | None, broker: BrokerState) -> tuple[ObservedTask, ...]:
    if asked is None:
        return load_all_tasks(store)
    # Tasks whose message the broker has, too: whether they run, or wait again after their worker ended.
    messages = (*broker.unacked_head, *(message for each in broker.backlogs for message in each.head))
    return load_tasks(store, asked.union(message.id for message in messages))


def celery_app() -> Celery:
    """Return the app named by QUEUE_INSIGHT['APP'], else Celery's current app.

    Raises:
        SettingInvalidError: QUEUE_INSIGHT['APP'] names no Celery app.
    """
    path = conf.get().APP
    return _imported(path) if path else app_or_default()


@functools.cache
def _imported(path: str) -> Celery:
    return import_app(path)


def _load(store: Store) -> tuple[StoredState | None, tuple[Reason, ...]]:
    try:
        stored = load(store)
    except (StoreUnreachableError, CollectorStateUnreadableError) as error:
        return None, (store_unavailable(error),)
    return stored, collector_notes(stored)


def _unread(queues: Iterable[str]) -> BrokerState:
    return BrokerState(read=False, backlogs=tuple(QueueBacklog(queue=name, depth=None) for name in queues))


def queue_names(app: Celery, stored: StoredState | None) -> tuple[str, ...]:
    """Return the queues to read: configured ones first, then those that workers and events named."""
    routed = [
        route.get("queue")
        for routes in (app.conf.task_routes or {},)
        if isinstance(routes, dict)
        for route in routes.values()
        if isinstance(route, dict)
    ]
    declared = [
        getattr(queue, "name", queue) for queue in [*app.amqp.queues, *routed, *conf.get().QUEUES] if queue
    ]
    observed = sorted(stored.state.queues) if stored else ()
    return tuple(dict.fromkeys([*map(str, declared), *observed]))
