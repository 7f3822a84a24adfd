"""One Redis or Valkey server as the holds of one database see it: its scripts, its keys, its gate.

A server that lost what it knew (started anew, flushed, a replica promoted) must grant nothing before every
lease that it may have forgotten is over. The first script after a new start is unknown to it; whoever learns
that passes the gate first (see redis_scripts.py). How long a lease may be stands in the project's database.
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
    """What one alias of DATABASES has on the server."""

    def __init__(self, client: Redis, using: str) -> None:
        self._client = client
        self._using = using
        self._noted_ms = 0
        self._threads = threading.local()
        self.prefix = "fsmlock:" if using == "default" else f"fsmlock:{using}:"
        self.tokens = f"{self.prefix}tokens"
        self.closed = f"{self.prefix}closed"
        texts = redis_scripts.texts(self.prefix)
        self._scripts: dict[str, Script] = {n: client.register_script(t) for n, t in texts.items()}

    def key(self, resource: str) -> str:
        """The hash of an object."""
        return f"{self.prefix}on:{resource}"

    def resource(self, key: bytes | str) -> str:
        """Whose hash it is."""
        name = key.decode() if isinstance(key, bytes) else key
        return name.removeprefix(f"{self.prefix}on:")

    def keys(self) -> list[bytes]:
        """Of all objects."""
        return list(self._client.scan_iter(match=f"{self.prefix}on:*", count=1000))

    def run(
        self, name: str, keys: Sequence[str | bytes], args: Sequence[str | int], *, wait: bool = True
    ) -> list[Any]:
        """One round trip; when ``patient``, repeated as the client is configured if the server is away."""
        try:
            answer = self._send(self._scripts[name].sha, keys, args)
        except NoScriptError:
            self._load_script(name)
            answer = self._scripts[name](keys=keys, args=args)
        except Disconnected:
            if not wait:
                raise
            return self._run_with_retries(name, keys, args)
        return answer

    def _run_with_retries(
        self, name: str, keys: Sequence[str | bytes], args: Sequence[str | int]
    ) -> list[Any]:
        try:
            answer: list[Any] = self._client.evalsha(self._scripts[name].sha, len(keys), *keys, *args)
        except NoScriptError:
            self._load_script(name)
            answer = self._scripts[name](keys=keys, args=args)
        return answer

    def _send(self, sha: str, keys: Sequence[str | bytes], args: Sequence[str | int]) -> list[Any]:
        """As client.evalsha does it, at a third of its cost: each thread has a connection of its own."""
        connection = self._connection()
        connection.send_packed_command(_packed("EVALSHA", sha, len(keys), *keys, *args))
        answer: list[Any] = connection.read_response()
        return answer

    def _connection(self) -> Any:  # noqa: ANN401 - redis-py leaves it untyped
        """It closes itself with the thread; one that broke is opened anew when it is used."""
        found = getattr(self._threads, "connection", None)
        if found is None:
            pool = self._client.connection_pool
            found = self._threads.connection = pool.connection_class(**pool.connection_kwargs)
        return found

    def _load_script(self, name: str) -> None:
        """The server doesn't know the script: it is new. Only who wants a hold has to pass its gate."""
        if name == "acquire":
            self.start_quarantine()

    def start_quarantine(self, lease_ms: int = 0) -> None:
        """Close the server if it may have forgotten holds; write down what it can't be trusted to keep."""
        known_run, longest_ms = fencing.last_known_server(using=self._using)
        keys = [f"{self.prefix}run", self.tokens, self.closed]
        run: bytes = self._scripts["quarantine"](keys=keys, args=[longest_ms, known_run])
        fencing.save_server(run.decode(), lease_ms, using=self._using)

    def note(self, lease_ms: int) -> None:
        """Before the first hold of this process, and before a longer one."""
        if lease_ms > self._noted_ms:
            self.start_quarantine(lease_ms)
            # A note that is rolled back must be made again.
            transaction.on_commit(functools.partial(setattr, self, "_noted_ms", lease_ms), using=self._using)

    def wait(self, claim_id: str, seconds: float) -> None:
        """Until the claim's wake_list rings; this host's clock decides for how long."""
        connection = self._connection()
        try:
            connection.send_packed_command(_packed("BLPOP", self.wake_list(claim_id), f"{seconds:.3f}"))
            if connection.can_read(timeout=seconds + 1):
                connection.read_response()
            else:  # its clock was moved
                connection.disconnect()
        except BaseException:
            connection.disconnect()
            raise

    def wake_list(self, claim_id: str) -> str:
        """The list that is pushed to when the claim may go on."""
        return f"{self.prefix}wake:{claim_id}"


def _packed(*words: object) -> list[bytes]:
    parts = [f"*{len(words)}\r\n"]
    for word in words:
        text = word.decode() if isinstance(word, bytes) else str(word)
        parts.append(f"${len(text) if text.isascii() else len(text.encode())}\r\n{text}\r\n")
    return ["".join(parts).encode()]
