"""A store in Redis or Valkey: one key with an expiry, whose age is measured by the server's clock."""

from __future__ import annotations

import redis

from queue_insight.collector_state import CollectorState, decode, encode
from queue_insight.errors import StoreUnreachableError
from queue_insight.stores.base import StoredState

TIMEOUT_S = 5.0


class RedisStore:
    """Stores the last state under `<key_prefix>:collector-state`."""

    def __init__(self, url: str, *, key_prefix: str = "queue-insight") -> None:
        self._key = f"{key_prefix}:collector-state"
        self._client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        where = self._client.connection_pool.connection_kwargs
        # Errors name the server by this, never by the URL, which may contain a password.
        self._where = str(where.get("path") or f"{where.get('host')}:{where.get('port')}/{where.get('db')}")

    def save(self, state: CollectorState, *, retention_s: float) -> None:
        """Replace the stored state; delete it after `retention_s` seconds.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        retention_ms = max(1, int(retention_s * 1000))
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hset(self._key, mapping={"document": encode(state), "retention_ms": retention_ms})
                pipeline.pexpire(self._key, retention_ms)
                pipeline.execute()
        except redis.RedisError as error:
            raise StoreUnreachableError(self._where, error) from error

    def load(self) -> StoredState | None:
        """Return the last state, or None when none was saved or it has expired.

        Raises:
            StoreUnreachableError: the server did not respond.
            CollectorStateUnreadableError: another version wrote it.
        """
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hmget(self._key, "document", "retention_ms")
                pipeline.pttl(self._key)
                (document, retention_ms), left_ms = pipeline.execute()
        except redis.RedisError as error:
            raise StoreUnreachableError(self._where, error) from error
        if document is None or retention_ms is None:
            return None
        return StoredState(state=decode(document), age_s=max(0.0, (int(retention_ms) - left_ms) / 1000))
