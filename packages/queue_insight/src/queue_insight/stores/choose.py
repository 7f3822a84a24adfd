"""Chooses the store from the settings."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from queue_insight import conf
from queue_insight.celery_app import broker_url
from queue_insight.errors import SettingInvalidError
from queue_insight.stores.memory import MemoryStore

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.stores.base import Store

REDIS = ("redis://", "rediss://", "unix://")


def store_for(app: Celery) -> Store:
    """Return the store named by QUEUE_INSIGHT['STORE'], else the app's broker if it is Redis or Valkey.

    Otherwise return a store in this process's memory, which only a collector in this process can fill.

    Raises:
        SettingInvalidError: the URL's scheme is unknown.
    """
    settings = conf.get()
    url = settings.STORE
    if not url:
        broker = broker_url(app)
        url = broker if broker.startswith(REDIS) else "memory://"
    return _store(url, settings.KEY_PREFIX)


@functools.cache
def _store(url: str, key_prefix: str) -> Store:
    if url == "memory://":
        return MemoryStore()
    if url.startswith(REDIS):
        from queue_insight.stores.redis import RedisStore  # noqa: PLC0415 - optional library

        return RedisStore(url, key_prefix=key_prefix)
    scheme = url.partition("://")[0]
    raise SettingInvalidError(
        f"QUEUE_INSIGHT['STORE'] has the scheme {scheme!r}; use redis://, rediss://, unix:// or memory://."
    )
