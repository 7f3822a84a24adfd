"""Reads the broker and the store, and puts them together: the one call that most users need."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from celery.app import app_or_default

from queue_insight import conf
from queue_insight.brokers.base import Reading
from queue_insight.brokers.choose import broker_for
from queue_insight.compose import compose
from queue_insight.errors import (
    BrokerUnreachableError,
    BrokerUnsupportedError,
    SightingUnreadableError,
    StoreUnreachableError,
)
from queue_insight.notes import on_broker, on_sighting, on_store
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery

    from queue_insight.reasons import Reason
    from queue_insight.snapshot import Snapshot
    from queue_insight.stores.base import Kept, Store


def snapshot(
    app: Celery | None = None, *, store: Store | None = None, clock: Callable[[], float] = time.time
) -> Snapshot:
    """Return what waits and runs now.

    `app` defaults to the one that QUEUE_INSIGHT['APP'] names, else to Celery's current app; `store` to
    the settings' one; `clock` gives epoch seconds. It blocks for two round trips, one to the
    broker and one to the store. Nothing is raised when one is down: `notes` says what is not known, and why.

    Raises:
        SettingInvalidError: the settings can't work.
    """
    settings = conf.get()
    app = app or celery_app()
    kept, notes = _load(store or store_for(app))
    reading, trouble = _read(app, kept, settings.PEEK)
    return compose(
        now=clock(),
        reading=reading,
        kept=kept,
        grace_beats=settings.GRACE_BEATS,
        notes=(*trouble, *notes),
    )


def celery_app() -> Celery:
    """Return the Celery app to look at: QUEUE_INSIGHT['APP'], else Celery's current one."""
    path = conf.get().APP
    return _imported(path) if path else app_or_default()


@functools.cache
def _imported(path: str) -> Celery:
    from django.utils.module_loading import import_string  # noqa: PLC0415 - needs no settings, but costs 30 ms

    app: Celery = import_string(path)
    return app


def _load(store: Store) -> tuple[Kept | None, tuple[Reason, ...]]:
    try:
        kept = store.load()
    except (StoreUnreachableError, SightingUnreadableError) as error:
        return None, (on_store(error),)
    return kept, on_sighting(kept)


def _read(app: Celery, kept: Kept | None, peek: int) -> tuple[Reading, tuple[Reason, ...]]:
    queues = queue_names(app, kept)
    try:
        broker = broker_for(app)
        return broker.read(queues, peek=peek), ()
    except (BrokerUnreachableError, BrokerUnsupportedError) as error:
        return Reading(), (on_broker(error),)


def queue_names(app: Celery, kept: Kept | None) -> tuple[str, ...]:
    """Return the queues to look at: configured ones first, then those that workers and events named."""
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
    heard = kept.sighting.queues if kept else ()
    return tuple(dict.fromkeys([*map(str, declared), *heard]))
