"""Which store the settings name."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from queue_insight import conf
from queue_insight.errors import SettingInvalidError
from queue_insight.stores.memory import MemoryStore

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.stores.base import Store

REDIS = ("redis://", "rediss://", "unix://")


def store_for(app: Celery) -> Store:
    """Return the store that QUEUE_INSIGHT['STORE'] names, else the app's broker when it is Redis or Valkey.

    With neither it is a store in this process's memory, which only a collector in this process fills.

    Raises:
        SettingInvalidError: the URL names no known store.
    """
    settings = conf.get()
    url = settings.STORE
    if not url:
        # Several URLs separated by ";" are fail-over brokers: the first is where everyone starts.
        broker_url = str(app.conf.broker_read_url or app.conf.broker_url or "").partition(";")[0]
        url = broker_url if broker_url.startswith(REDIS) else "memory://"
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
