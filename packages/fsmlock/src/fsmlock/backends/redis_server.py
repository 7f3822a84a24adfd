"""One Redis or Valkey server, as the holds of one database use it: scripts, keys and quarantine.

A server that lost its data (restarted, flushed, a replica promoted) must grant nothing until every lease that
it may have forgotten is over. Such a server doesn't know our scripts or its counter any more: the first
``acquire`` notices that and starts the quarantine (``lua/quarantine.lua``). What can still be alive is
recorded in the project's database: of short leases the longest, which costs nothing once it is known, and
each long one until it is released.

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

On 30 November 2026, beside other work, the first way took 1.17 and 1.73: the goal is missed. Of 331 us alone
two round trips took 182, to make the claim 38, and to write it as arguments 21; below two ancestors the
query that compares these took 67 more.

A pipeline can't help, since nothing can be sent together with an acquire. A waiter uses its thread's
connection too. The rest goes through the client: retries after a lost connection, loading scripts,
quarantine, scans.
"""

from __future__ import annotations

import functools
import json
import math
import re
import threading
from typing import TYPE_CHECKING, Any

from django.db import transaction
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import NoScriptError

from fsmlock import clock
from fsmlock.backends import fencing, redis_scripts
from fsmlock.chunks import chunks
from fsmlock.rules import YEAR_US, is_claim_of_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis import Redis
    from redis.commands.core import Script

    from fsmlock.rules import Claim


#: A longer lease is recorded singly. After a loss of data the quarantine is at least the longest shorter one.
_SHORT_MS = 30_000


class RedisServer:
    """The part of the server that belongs to one alias of DATABASES."""

    def __init__(self, client: Redis, using: str, key_prefix: str = "") -> None:
        self._client = client
        self._using = using
        self._recorded_lease_ms = 0
        self._threads = threading.local()
        #: The clock.now at which each long lease was recorded for twice its length, by claim.
        self._long: dict[str, float] = {}
        # Re-entrant: a signal handler may release a hold at any moment.
        self._recording = threading.RLock()
        #: How far the objects have been swept.
        self._swept = 0
        self.prefix = f"{key_prefix}:" * bool(key_prefix) + "fsmlock:" + f"{using}:" * (using != "default")
        self.tokens = f"{self.prefix}tokens"
        self.quarantine = f"{self.prefix}closed"
        texts = redis_scripts.texts(self.prefix)
        self._scripts: dict[str, Script] = {n: client.register_script(t) for n, t in texts.items()}

    def key(self, resource: str) -> str:
        """The key of an object."""
        return f"{self.prefix}locks:{resource}"

    def resource(self, key: bytes | str) -> str:
        """The object that a key belongs to."""
        name = key.decode() if isinstance(key, bytes) else key
        return name.removeprefix(f"{self.prefix}locks:")

    def sweep(self) -> None:
        """Delete what dead holders left behind on some of the objects; on others the next time."""
        self._swept, keys = self._client.scan(
            self._swept, match=f"{self._pattern()}*", count=1000, _type="set"
        )
        if keys:
            self.run("sweep", keys, [])

    def keys(self) -> list[bytes]:
        """The keys of all objects."""
        return list(self._client.scan_iter(match=f"{self._pattern()}*", count=1000, _type="set"))

    def sweep_fences(self) -> None:
        """Delete the fencing rows that are older than the hold of any process."""
        # Read first: whoever acquires from now on gets a newer one. A server that lost its data has none.
        last: bytes | None = self._client.get(self.tokens)  # type: ignore[assignment]
        oldest = int(last or 0) + 1
        for keys in chunks(self.keys()):
            _, *found = self.run("find", keys, [])
            for row in map(json.loads, found[1::2]):
                if row["k"] == "held" and row["t"] == 0 and not is_claim_of_state(row["c"]):
                    oldest = min(oldest, int(row["n"]))
        fencing.forget_older(oldest, using=self._using)

    def _pattern(self) -> str:
        return re.sub(r"([\\*?\[\]])", r"\\\1", f"{self.prefix}locks:")

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
        last_end_ms = fencing.last_end_of_long_leases(using=self._using)
        keys = [f"{self.prefix}run", self.tokens, self.quarantine]
        args: list[str | int] = [min(longest_ms, _SHORT_MS), known_run, last_end_ms]
        run: bytes = self._scripts["quarantine"](keys=keys, args=args)
        fencing.save_server(run.decode(), lease_ms, using=self._using)

    def quarantine_s(self) -> float:
        """The seconds until the quarantine ends."""
        end: bytes | None = self._client.get(self.quarantine)  # type: ignore[assignment]
        return max(0.0, (int(end or 0) - self._now_ms()) / 1000)

    def end_quarantine(self) -> None:
        """End it now."""
        self._client.delete(self.quarantine)

    def _now_ms(self) -> int:
        seconds, microseconds = self._client.time()
        return int(seconds * 1000 + microseconds // 1000)

    def record_long_lease(self, claim: Claim) -> None:
        """Call this once it is granted.

        An unlimited lease belongs to a state, and follows from the row of its object.
        """
        if _SHORT_MS * 1000 < claim.lease_us <= YEAR_US and not claim.is_of_state:
            self._save_long_lease(claim)
            self._long[claim.id] = clock.now()

    def extend_long_lease(self, claim: Claim) -> None:
        """Call this before it is renewed. It writes once in each length of the lease.

        Another thread may release the claim at the same time: whoever is the last to write deletes the
        record. So it doesn't outlast its hold.
        """
        recorded_at = self._long.get(claim.id, math.inf)
        if clock.now() - recorded_at <= claim.lease_us / 1_000_000:
            return
        self._save_long_lease(claim)
        with self._recording:
            was_released = claim.id not in self._long
            if not was_released:
                self._long[claim.id] = clock.now()
        if was_released:
            fencing.forget_long_lease(claim.id, using=self._using)

    def _save_long_lease(self, claim: Claim) -> None:
        now_ms = self._now_ms()
        fencing.save_long_lease(claim.id, now_ms + 2 * claim.lease_us // 1000, now_ms, using=self._using)

    def forget_lease(self, claim: Claim) -> None:
        """Call this after the release. In a broken transaction the record stays until its end."""
        with self._recording:
            is_recorded = self._long.pop(claim.id, None) is not None
        if is_recorded and not transaction.get_connection(self._using).needs_rollback:
            fencing.forget_long_lease(claim.id, using=self._using)

    def record_short_lease(self, claim: Claim) -> None:
        """Call this before granting: the first hold of this process and every longer one is recorded."""
        lease_ms = min(claim.lease_us // 1000, _SHORT_MS)
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
