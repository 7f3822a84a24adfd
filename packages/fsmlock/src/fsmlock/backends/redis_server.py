"""One Redis or Valkey server, as the holds of one database use it: scripts, keys and quarantine.

A server that lost its data (restarted, flushed, a replica promoted) must grant nothing until every lease that
it may have forgotten is over. Such a server doesn't know our scripts any more: the first ``acquire`` notices
that and starts the quarantine (``lua/quarantine.lua``). The longest lease is recorded in the project's
database.

Scripts are sent on a connection of each thread, in bytes packed here, and not through redis-py's pool: the
goal is that acquire and release together cost no more than redis-py's own ``Lock`` (one SET and one script).
Measured in one run on redis-py 8.1 and Valkey on the same host, as multiples of that Lock:

==================================================  =====  ===================
how the scripts are sent                            alone  below two ancestors
==================================================  =====  ===================
packed here, connection of the thread               0.99   1.34
redis-py's packer, connection of the thread         1.10   1.45
redis-py's packer, connection of the pool           1.39   1.80
``client.evalsha``                                  1.58   1.97
==================================================  =====  ===================

A pipeline can't help, since nothing can be sent together with an acquire. A waiter uses its thread's
connection too. The rest goes through the client: retries after a lost connection, loading scripts,
quarantine, scans.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

from django.db import transaction
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import NoScriptError

from fsmlock.backends import fencing, redis_scripts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis import Redis
    from redis.commands.core import Script


class RedisServer:
    """The part of the server that belongs to one alias of DATABASES."""

    def __init__(self, client: Redis, using: str) -> None:
        self._client = client
        self._using = using
        self._recorded_lease_ms = 0
        self._threads = threading.local()
        self.prefix = "fsmlock:" if using == "default" else f"fsmlock:{using}:"
        self.tokens = f"{self.prefix}tokens"
        self.quarantine = f"{self.prefix}closed"
        texts = redis_scripts.texts(self.prefix)
        self._scripts: dict[str, Script] = {n: client.register_script(t) for n, t in texts.items()}

    def key(self, resource: str) -> str:
        """The key of an object's hash."""
        return f"{self.prefix}on:{resource}"

    def resource(self, key: bytes | str) -> str:
        """The object that a key belongs to."""
        name = key.decode() if isinstance(key, bytes) else key
        return name.removeprefix(f"{self.prefix}on:")

    def keys(self) -> list[bytes]:
        """The keys of all objects."""
        return list(self._client.scan_iter(match=f"{self.prefix}on:*", count=1000))

    def run(
        self, name: str, keys: Sequence[str | bytes], args: Sequence[str | int], *, retry: bool = True
    ) -> list[Any]:
        """Run a script in one round trip. With ``retry`` repeat it as the client is configured."""
        try:
            answer = self._send(self._scripts[name].sha, keys, args)
        except NoScriptError:
            self._script_missing(name)
            answer = self._scripts[name](keys=keys, args=args)
        except Disconnected:
            if not retry:
                raise
            return self._run_with_retries(name, keys, args)
        return answer

    def _run_with_retries(
        self, name: str, keys: Sequence[str | bytes], args: Sequence[str | int]
    ) -> list[Any]:
        try:
            answer: list[Any] = self._client.evalsha(self._scripts[name].sha, len(keys), *keys, *args)
        except NoScriptError:
            self._script_missing(name)
            answer = self._scripts[name](keys=keys, args=args)
        return answer

    def _send(self, sha: str, keys: Sequence[str | bytes], args: Sequence[str | int]) -> list[Any]:
        """Do what ``client.evalsha`` does, but faster: see the figures above."""
        connection = self._connection()
        connection.send_packed_command(_packed("EVALSHA", sha, len(keys), *keys, *args))
        answer: list[Any] = connection.read_response()
        return answer

    def _connection(self) -> Any:  # noqa: ANN401 - redis-py leaves it untyped
        """The connection of this thread. It closes with the thread, and reopens after an error."""
        found = getattr(self._threads, "connection", None)
        if found is None:
            pool = self._client.connection_pool
            found = self._threads.connection = pool.connection_class(**pool.connection_kwargs)
        return found

    def _script_missing(self, name: str) -> None:
        """The server lost its data or is new. Only a claim has to wait for the end of the quarantine."""
        if name == "acquire":
            self.start_quarantine()

    def start_quarantine(self, lease_ms: int = 0) -> None:
        """Start the quarantine if the server may have lost holds, and record its run and the lease."""
        known_run, longest_ms = fencing.last_known_server(using=self._using)
        keys = [f"{self.prefix}run", self.tokens, self.quarantine]
        run: bytes = self._scripts["quarantine"](keys=keys, args=[longest_ms, known_run])
        fencing.save_server(run.decode(), lease_ms, using=self._using)

    def record_lease(self, lease_ms: int) -> None:
        """Call this before granting: the first hold of this process and every longer one is recorded."""
        if lease_ms > self._recorded_lease_ms:
            self.start_quarantine(lease_ms)
            # What is rolled back has to be recorded again.
            recorded = functools.partial(setattr, self, "_recorded_lease_ms", lease_ms)
            transaction.on_commit(recorded, using=self._using)

    def wait(self, claim_id: str, seconds: float) -> None:
        """Sleep until the claim is notified, at most ``seconds`` by this host's clock."""
        connection = self._connection()
        try:
            connection.send_command("BLPOP", self.wake_list(claim_id), f"{seconds:.3f}")
            if connection.can_read(timeout=seconds + 1):
                connection.read_response()
            else:  # the server's clock was changed
                connection.disconnect()
        except BaseException:
            connection.disconnect()
            raise

    def wake_list(self, claim_id: str) -> str:
        """The list that a release pushes to when the claim may be next."""
        return f"{self.prefix}wake:{claim_id}"


def _packed(*words: object) -> list[bytes]:
    """The command in the Redis protocol: the number of words, then each with its length in bytes."""
    parts = [f"*{len(words)}\r\n"]
    for word in words:
        text = word.decode() if isinstance(word, bytes) else str(word)
        parts.append(f"${len(text) if text.isascii() else len(text.encode())}\r\n{text}\r\n")
    return ["".join(parts).encode()]
