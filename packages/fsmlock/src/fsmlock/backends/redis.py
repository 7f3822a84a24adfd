"""Holds in Redis or Valkey, through the connection that django-redis has for a cache alias.

It works with one server, or a primary with replicas. A cluster can't be used, as one claim may involve many
objects. Holders on this host are judged by the host's clock, all others by the server's. Commits are fenced
by rows in the project's database, see ``fencing``.
"""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.db import transaction
from django.utils.translation import gettext
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from fsmlock import clock, conf
from fsmlock.backends.ancestry import encode, is_current
from fsmlock.backends.base import (
    MOST_HOLDS,
    Backend,
    Denied,
    Granted,
    HoldInfo,
    Renewed,
    row_kind,
    stale_reason,
    store_restarted_reason,
    unavailable_reason,
)
from fsmlock.backends.fencing import check_fencing_token
from fsmlock.backends.redis_server import RedisServer
from fsmlock.errors import ConfigurationError
from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from redis import Redis

    from fsmlock.rules import Claim, LockRow, Shape

_WAITER_LEASE_MS = 1000
#: So many keys every row of a claim may name.
_FEW_KEYS = 50
#: The script's answer when the server has lost its token counter.
_COUNTER_LOST = 2
#: What dead holders left behind is looked for after every so many tokens.
_SWEEP_EVERY = 1000
#: The same for fencing rows: it reads all holds.
_SWEEP_FENCES_EVERY = 10_000


class RedisBackend(Backend):
    """Set ``FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}`` and add ``CACHES["fsmlock"]``."""

    def __init__(self) -> None:
        alias = conf.get().CACHE
        if alias not in caches:
            raise ConfigurationError(_no_cache(alias))
        self._client: Redis = get_redis_connection(alias)
        self._key_prefix: str = caches[alias].key_prefix
        self._servers: dict[str, RedisServer] = {}

    def _server(self, using: str) -> RedisServer:
        found = self._servers.get(using)
        if found is None:
            # Of several threads that begin at once, all get the same: it knows the leases that are recorded.
            made = RedisServer(self._client, using, self._key_prefix)
            found = self._servers.setdefault(using, made)
        return found

    def outage(self, error: Exception, *, using: str) -> Reason | None:
        """Whatever the server or the client raises; also the database, which stores the fences."""
        if isinstance(error, RedisError):
            return unavailable_reason(gettext("the cache %(alias)s") % {"alias": conf.get().CACHE}, error)
        return super().outage(error, using=using)

    def problems(self, using: str) -> Sequence[Reason]:
        """A server that may evict holds when it is short of memory."""
        del using
        return self.deployment_problems()

    def deployment_problems(self) -> Sequence[Reason]:
        """The same: it needs no database."""
        policy = str(self._client.info("memory").get("maxmemory_policy", ""))
        return [] if policy == "noeviction" or policy.startswith("volatile-") else [_evicts(policy)]

    def quarantine_s(self, using: str) -> float:
        """The seconds until the quarantine ends."""
        return self._server(using).quarantine_s()

    def end_quarantine(self, using: str) -> None:
        """End it now."""
        self._server(using).end_quarantine()

    def notifies_waiters(self, using: str) -> bool:
        """Always, by a push to a list."""
        del using
        return True

    def acquire(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | Denied:
        """Run one script. The server can't see the rows: compare them with the claim after its decision.

        That is safe because whoever moves an object holds it meanwhile.
        """
        answer = self._decide(claim, using=using, queue=queue, ticket=ticket)
        current = False
        try:
            if isinstance(answer, Granted):
                self._server(using).record_long_lease(claim)
            current = is_current(claim, using=using)
        finally:
            if not current and (isinstance(answer, Granted) or answer.ticket is not None):
                self.release(claim, using=using)
        if not current:
            return Denied(holds=(), reason=stale_reason())
        if isinstance(answer, Granted):
            self._sweep(next(iter(answer.tokens.values())), using)
        return answer

    def _sweep(self, token: int, using: str) -> None:
        """Now and then delete what is left of earlier holds, outside of any transaction."""
        server = self._server(using)
        for every, sweep in ((_SWEEP_EVERY, server.sweep), (_SWEEP_FENCES_EVERY, server.sweep_fences)):
            if token % every == 0:
                transaction.on_commit(sweep, using=using, robust=True)

    def _decide(self, claim: Claim, *, using: str, queue: bool, ticket: int | None) -> Granted | Denied:
        server = self._server(using)
        server.record_short_lease(claim)
        keys = [server.key(resource) for resource in claim.resources]
        args = _acquire_args(claim, keys, queue=queue, ticket=ticket or 0)
        while True:
            answer: list[Any] = server.run("acquire", [*keys, server.tokens, server.quarantine], args)
            if answer[0] != _COUNTER_LOST:
                break
            server.start_quarantine()
        if answer[0]:
            return Granted(tokens={request.resource: answer[1] for request in claim.requests})
        _, ticket, now, quarantine_ms, *found = answer
        rows = zip(found[::2], found[1::2], strict=True)
        holds = [_info(server.resource(key), json.loads(row), now) for key, row in rows]
        return Denied(
            holds=tuple(sorted(holds, key=lambda h: h.token)[:MOST_HOLDS]),
            more=len(holds) > MOST_HOLDS,
            ticket=ticket or None,
            reason=store_restarted_reason(quarantine_ms / 1000) if quarantine_ms > 0 else None,
        )

    def wait_queue(self, claim: Claim, *, using: str) -> RedisWaiter:
        """Wait on a list that the next release pushes to."""
        return RedisWaiter(self._client, self._server(using), claim.id)

    def announce_retry(self, claim: Claim, *, using: str, expires_in: timedelta) -> None:
        """Run one script."""
        server = self._server(using)
        keys = [server.key(request.resource) for request in claim.requests]
        rows = [row._replace(kind="retrying") for row in claim.rows[: len(keys)]]
        milliseconds = int(expires_in.total_seconds() * 1000)
        args: list[str | int] = [milliseconds, claim.id]
        for row, text in zip(rows, _json_rows(claim, claim.requests[0].resource, keys, rows), strict=True):
            args += (row.lock, text)
        server.run("announce_retry", keys, args)

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """Run one script, once: an unreachable server must not delay the renewal of other holds."""
        server = self._server(using)
        args: list[str | int] = [claim.lease_us // 1000, _clock_ms(), claim.id, *map(_group, claim.rows)]
        keys = [server.key(row.resource) for row in claim.rows]
        server.extend_long_lease(claim)
        answer: list[Any] = server.run("renew", keys, args, retry=False)
        return Renewed(alive=bool(answer[0]), by=answer[1].decode(), why=answer[2].decode())

    def release(self, claim: Claim, *, using: str) -> None:
        """Run one script, which also notifies the next waiters."""
        server = self._server(using)
        if claim.is_of_state:
            # The object may have moved since.
            self.forget(self._rows_of([(claim.id, claim.requests[0].resource)], using), using=using)
        keys = [server.key(row.resource) for row in claim.rows]
        server.run("release", keys, [claim.id, *map(_group, claim.rows)])
        server.forget_lease(claim)

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """Run one script; for all resources after a scan of the keys."""
        server = self._server(using)
        keys: Sequence[str | bytes] = [server.key(r) for r in resources or ()]
        if resources is None:
            keys = server.keys()
        if not keys:
            return ()
        answer: list[Any] = server.run("find", keys, [])
        now, *rest = answer
        pairs = [(server.resource(k), json.loads(row)) for k, row in zip(rest[::2], rest[1::2], strict=True)]
        found = [
            _info(resource, row, now) for resource, row in pairs if _unexpired(row, now) and not row["x"]
        ]
        if resources is None:
            found = [h for h in found if h.kind == "held" and not h.waits]
        return tuple(sorted(found, key=lambda h: h.token)[:limit])

    def find_claims(self, holds: Sequence[HoldInfo], *, using: str) -> Sequence[HoldInfo]:
        """Run one script."""
        return self._rows_of(list({hold.claim: hold.resource for hold in holds}.items()), using)

    def _rows_of(self, claims: Sequence[tuple[str, str]], using: str) -> Sequence[HoldInfo]:
        """The rows of claims, of each of which the id and one resource are known."""
        server = self._server(using)
        keys = [server.key(resource) for _, resource in claims]
        now, *rest = server.run("find_claims", keys, [claim_id for claim_id, _ in claims])
        pairs = zip(rest[::2], rest[1::2], strict=True)
        return tuple(_info(server.resource(key), json.loads(row), now) for key, row in pairs)

    def forget(self, rows: Sequence[HoldInfo], *, using: str) -> None:
        """Run one script, which compares the tokens."""
        server = self._server(using)
        args = [value for row in rows for value in (row.claim, row.lock, row.token)]
        server.run("forget", [server.key(row.resource) for row in rows], args)

    def stop(
        self, holds: Sequence[HoldInfo], *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """Run one script."""
        server = self._server(using)
        keys = sorted({server.key(hold.resource) for hold in holds})
        args: list[str | int] = [by, why, int(force), clock.boot_id(), _clock_ms()]
        reached: list[Any] = server.run("stop", keys, [*args, *sorted({hold.claim for hold in holds})])
        claims = {claim.decode() for claim in reached}
        return tuple(hold for hold in holds if hold.claim in claims)

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, repeated: bool = False) -> bool:
        """Record the token in the database's fencing rows, and check that the hold still exists."""
        if repeated:
            return self.renew(claim, using=using).alive
        newest = check_fencing_token(claim, max(tokens.values(), default=0), using=using)
        if newest:
            # The server lost its counter and its clock was set back: continue above the recorded token.
            server = self._server(using)
            server.run("raise_counter", [server.tokens], [newest])
            return False
        return self.renew(claim, using=using).alive


class RedisWaiter:
    """The place of one claim in the wait queue."""

    def __init__(self, client: Redis, server: RedisServer, claim_id: str) -> None:
        self._client = client
        self._server = server
        self._claim = claim_id

    def wait(self, seconds: float) -> None:
        """Sleep until notified, at most ``seconds``."""
        self._server.wait(self._claim, max(0.01, seconds))

    def close(self) -> None:
        """Delete the list."""
        self._client.delete(self._server.wake_list(self._claim))


def _no_cache(alias: str) -> str:
    return (
        f"CACHES has no alias {alias!r}. Add a django-redis cache for the holds with a database of its own,"
        " or name another one in FSMLOCK['CACHE']."
    )


def _evicts(policy: str) -> Reason:
    return Reason(
        code="evicts",
        message=f"The server of the holds evicts any key when it is short of memory (maxmemory-policy is"
        f" {policy}): two processes may then hold one lock.",
        remedy="Set maxmemory-policy to noeviction, or use a server of its own for the holds.",
        params={"policy": policy},
    )


def _clock_ms() -> int:
    return int(clock.now() * 1000)


def _group(row: LockRow) -> str:
    """The group of a row that is held or blocked."""
    return f"{'h' if row.kind == 'held' else 'b'}{row.lock}"


def _acquire_args(claim: Claim, keys: Sequence[str], *, queue: bool, ticket: int) -> list[str | int]:
    """The arguments of ``lua/acquire.lua``.

    To encode each text takes far less than to encode an object of them.
    """
    not_blocking = ",".join([f"{encode(each)}:true" for each in (claim.id, *claim.nested_in)])
    nested = "true" if claim.nested_in else "false"
    rules = f"[{{{not_blocking}}},{_rules(claim.shape, len(keys))},{nested}]"
    args: list[str | int] = [
        rules,
        claim.id,
        claim.lease_us // 1000,
        _WAITER_LEASE_MS,
        int(queue),
        ticket,
        clock.boot_id(),
        _clock_ms(),
        MOST_HOLDS + 1,
    ]
    texts = _json_rows(claim, claim.resources[0], keys, claim.rows)
    for (number, *_), row, text in zip(claim.shape, claim.rows, texts, strict=True):
        args += (number + 1, _group(row), text)
    return args


@functools.lru_cache(256)
def _rules(shape: Shape, objects: int) -> str:
    """For each object its requested locks, each with its compatible ones, and the names that must be free."""
    own: list[list[object]] = [[] for _ in range(objects)]
    names: list[dict[str, bool]] = [{} for _ in range(objects)]
    for number, lock, kind, compatible in shape:
        if kind == "held":
            own[number].append((lock, dict.fromkeys(compatible, True)))
        else:
            names[number][lock] = True
    return encode([(a or False, b or False) for a, b in zip(own, names, strict=True)])


def _json_rows(claim: Claim, first: str, keys: Sequence[str], rows: Sequence[LockRow]) -> list[str]:
    """Each row as the start of a JSON object, which the scripts complete with the times.

    ``first`` is the resource of the first key. Of many keys, only its rows name all: see ``lua/stop.lua``.
    """
    text = (
        f'{{"c":{encode(claim.id)},"h":{encode(claim.holder)},"w":{encode(claim.why)}'
        f',"o":{encode(clock.boot_id())}'
    )
    named = [encode(key) for key in keys]
    all_keys = f"[{','.join(named)}]"
    first_key = all_keys if len(keys) <= _FEW_KEYS else f"[{named[0]}]"
    return [
        f'{text},"a":{all_keys if row.resource == first else first_key},"l":{_json_text(row.lock)}'
        f',"k":"{row.kind}"'
        for row in rows
    ]


_json_text = functools.lru_cache(256)(encode)


def _unexpired(r: dict[str, Any], now: int) -> bool:
    """The same as ``lua/expired.lua``, negated."""
    return bool(r["d"] > _clock_ms() if r["o"] and r["o"] == clock.boot_id() and r["d"] else r["e"] > now)


def _info(resource: str, r: dict[str, Any], now: int) -> HoldInfo:
    read_at = datetime.now(UTC)
    return HoldInfo(
        claim=r["c"],
        resource=resource,
        lock=r["l"],
        kind=row_kind(r["k"]),
        waits=r["t"] > 0,
        token=int(r["n"]),
        holder=r["h"],
        why=r["w"],
        since=read_at - timedelta(milliseconds=now - r["s"]),
        expires_at=read_at + timedelta(milliseconds=r["e"] - now),
        cancel_requested_by=r["b"] or None,
        cancel_why=r["y"],
    )
