"""Chooses the store from the settings."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections

from queue_insight import conf
from queue_insight.celery_app import broker_url
from queue_insight.errors import SettingInvalidError
from queue_insight.stores.memory import MemoryStore

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.stores.base import Store

REDIS = ("redis://", "rediss://", "unix://")


DATABASE = "database://"


def store_for(app: Celery) -> Store:
    """Return the store named by QUEUE_INSIGHT['STORE'], else the app's broker if it is Redis or Valkey.

    Otherwise return the default database, where this app is installed and the database is able to; else a
    store in this process's memory, which only a collector in this process can fill.

    Raises:
        SettingInvalidError: the URL's scheme is unknown, or its database.
    """
    settings = conf.get()
    url = settings.STORE
    if not url:
        broker = broker_url(app)
        url = broker if broker.startswith(REDIS) else DATABASE if _has_database() else "memory://"
    return _store(url, settings.KEY_PREFIX)


def _has_database() -> bool:
    return apps.ready and apps.is_installed("queue_insight") and _can_store(DEFAULT_DB_ALIAS)


def _can_store(alias: str) -> bool:
    return connections[alias].features.supports_update_conflicts_with_target


@functools.cache
def _store(url: str, key_prefix: str) -> Store:
    scheme, _, rest = url.partition("://")
    if url == "memory://":
        return MemoryStore()
    if url.startswith(REDIS):
        from queue_insight.stores.redis import RedisStore  # noqa: PLC0415 - optional library

        return RedisStore(url, key_prefix=key_prefix)
    if url.startswith(DATABASE):
        return _database(rest or DEFAULT_DB_ALIAS, key_prefix)
    raise SettingInvalidError(
        f"QUEUE_INSIGHT['STORE'] has the scheme {scheme!r}; "
        "use redis://, rediss://, unix://, database:// or memory://."
    )


def _database(alias: str, key_prefix: str) -> Store:
    if alias not in connections:
        raise SettingInvalidError(
            f"QUEUE_INSIGHT['STORE'] names the database {alias!r}; DATABASES has {', '.join(connections)}."
        )
    if not apps.is_installed("queue_insight"):
        raise SettingInvalidError(
            "QUEUE_INSIGHT['STORE'] names a database; add queue_insight to INSTALLED_APPS and migrate."
        )
    if not _can_store(alias):
        raise SettingInvalidError(
            f"QUEUE_INSIGHT['STORE'] names the database {alias!r}, "
            f"which is {connections[alias].display_name}; use PostgreSQL, SQLite, Redis or Valkey."
        )
    from queue_insight.stores.database import DatabaseStore  # noqa: PLC0415 - models need the app

    return DatabaseStore(alias, key_prefix=key_prefix)
