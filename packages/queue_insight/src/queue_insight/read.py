"""Reads the broker and the store and returns the snapshot: the one call that most users need."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from celery.app import app_or_default

from queue_insight import conf
from queue_insight.brokers.base import BrokerState
from queue_insight.brokers.choose import broker_for
from queue_insight.celery_app import import_app
from queue_insight.compose import compose
from queue_insight.errors import (
    BrokerUnreachableError,
    BrokerUnsupportedError,
    CollectorStateUnreadableError,
    StoreUnreachableError,
)
from queue_insight.notes import broker_unavailable, collector_notes, malformed_messages, store_unavailable
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery

    from queue_insight.reasons import Reason
    from queue_insight.snapshot import Snapshot
    from queue_insight.stores.base import Store, StoredState


def snapshot(
    app: Celery | None = None, *, store: Store | None = None, clock: Callable[[], float] = time.time
) -> Snapshot:
    """Return the waiting and running tasks, the queues and the workers.

    `app` defaults to the app named by QUEUE_INSIGHT['APP'], else to Celery's current app; `store` to the
    configured one; `clock` returns epoch seconds. The call blocks for three round trips, two to the broker
    and one to the store. If one is unreachable, nothing is raised: `notes` says what is unknown, and why.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    settings = conf.get()
    app = app or celery_app()
    stored, store_notes = _load(store or store_for(app))
    broker, broker_notes = _read(app, stored, settings.PEEK)
    return compose(
        now=clock(),
        broker=broker,
        stored=stored,
        grace_heartbeats=settings.GRACE_HEARTBEATS,
        notes=(*broker_notes, *store_notes),
    )


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
        stored = store.load()
    except (StoreUnreachableError, CollectorStateUnreadableError) as error:
        return None, (store_unavailable(error),)
    return stored, collector_notes(stored)


def _read(app: Celery, stored: StoredState | None, peek: int) -> tuple[BrokerState, tuple[Reason, ...]]:
    queues = queue_names(app, stored)
    try:
        broker = broker_for(app)
        state = broker.read(queues, peek=peek)
        return state, malformed_messages(state.malformed)
    except (BrokerUnreachableError, BrokerUnsupportedError) as error:
        return BrokerState(read=False), (broker_unavailable(error),)


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
    observed = stored.state.queues if stored else ()
    return tuple(dict.fromkeys([*map(str, declared), *observed]))
