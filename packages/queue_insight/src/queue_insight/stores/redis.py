"""A store in Redis or Valkey: one key with an expiry; its age is measured by the server's clock."""

from __future__ import annotations

import redis

from queue_insight.errors import StoreUnreachableError
from queue_insight.sighting import Sighting, decode, encode
from queue_insight.stores.base import Kept

TIMEOUT_S = 5.0


class RedisStore:
    """Keeps the last sighting under `<key_prefix>:sighting`."""

    def __init__(self, url: str, *, key_prefix: str = "queue-insight") -> None:
        self._key = f"{key_prefix}:sighting"
        self._client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        where = self._client.connection_pool.connection_kwargs
        # Never the URL itself: it may hold a password.
        self._where = str(where.get("path") or f"{where.get('host')}:{where.get('port')}/{where.get('db')}")

    def save(self, sighting: Sighting, *, keep_for_s: float) -> None:
        """Keep this sighting.

        Raises:
            StoreUnreachableError: the server did not answer.
        """
        keep_ms = max(1, int(keep_for_s * 1000))
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hset(self._key, mapping={"document": encode(sighting), "keep_ms": keep_ms})
                pipeline.pexpire(self._key, keep_ms)
                pipeline.execute()
        except redis.RedisError as error:
            raise StoreUnreachableError(self._where, error) from error

    def load(self) -> Kept | None:
        """Return the last sighting, or None.

        Raises:
            StoreUnreachableError: the server did not answer.
            SightingUnreadableError: written by another version.
        """
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hmget(self._key, "document", "keep_ms")
                pipeline.pttl(self._key)
                (document, keep_ms), left_ms = pipeline.execute()
        except redis.RedisError as error:
            raise StoreUnreachableError(self._where, error) from error
        if document is None or keep_ms is None:
            return None
        return Kept(sighting=decode(document), age_s=max(0.0, (int(keep_ms) - left_ms) / 1000))
