"""Holds in Redis or Valkey, through the connection that django-redis has for a cache alias.

One server, or a primary with replicas (not a cluster: one claim may touch many objects). Its clock decides
about holders on other hosts, this host's clock about those beside us. Commits are fenced by rows in the
project's database, see fences.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django_redis import get_redis_connection

from fsmlock import clock, conf
from fsmlock.backends.base import Granted, HoldInfo, InTheWay, Renewed, forgotten
from fsmlock.backends.fences import pass_fence
from fsmlock.backends.server import Server
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from redis import Redis

    from fsmlock.rules import Claim, Standing

_WAITER_LEASE_MS = 1000
_NO_SUCH_COUNTER = 2


class RedisBackend:
    """Set ``FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend", "CACHE": "default"}``."""

    sees_at_once = True

    def __init__(self) -> None:
        self._client: Redis = get_redis_connection(conf.get().CACHE)
        self._servers: dict[str, Server] = {}

    def _server(self, using: str) -> Server:
        found = self._servers.get(using)
        if found is None:
            found = self._servers[using] = Server(self._client, using)
        return found

    def may_wait(self, using: str) -> bool:
        """Always: a transaction of ours holds up nobody here."""
        del using
        return True

    def wakes(self, using: str) -> bool:
        """By a push to its list."""
        del using
        return True

    def take(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | InTheWay:
        """One script."""
        server = self._server(using)
        if claim.lease_us <= YEAR_US:
            server.note(claim.lease_us // 1000)
        keys = [server.key(resource) for resource in claim.resources]
        question = _question(claim, keys, queue=queue, ticket=ticket or 0)
        while True:
            answer: list[Any] = server.run("take", [*keys, server.tokens, server.closed], question)
            if answer[0] != _NO_SUCH_COUNTER:
                break
            server.pass_gate()
        if answer[0]:
            return Granted(tokens={want.resource: answer[1] for want in claim.wants})
        rows = list(zip(answer[4::2], answer[5::2], strict=True))
        infos = [_info(server.resource(key), json.loads(row), answer[2]) for key, row in rows]
        trouble = forgotten() if answer[3] >= 0 else None
        return InTheWay(
            holds=tuple(sorted(infos, key=lambda h: h.token)), ticket=answer[1] or None, trouble=trouble
        )

    def line(self, claim: Claim, *, using: str) -> _Bell:
        """A list that the next release pushes to."""
        return _Bell(self._client, self._server(using), claim.id)

    def expect(self, claim: Claim, *, using: str, within: timedelta) -> None:
        """One script."""
        server = self._server(using)
        keys = [server.key(want.resource) for want in claim.wants]
        rows = [replace(row, kind="later") for row in claim.rows[: len(keys)]]
        milliseconds = int(within.total_seconds() * 1000)
        server.run("expect", keys, [milliseconds, claim.id, *_texts(claim, keys, rows)])

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """One script."""
        server = self._server(using)
        fields = [f"{claim.id}:{_letter(row)}{n}" for n, row in enumerate(claim.rows, 1)]
        args: list[str | int] = [claim.lease_us // 1000, _clock_ms(), *fields]
        keys = [server.key(row.resource) for row in claim.rows]
        answer: list[Any] = server.run("renew", keys, args, patient=False)
        return Renewed(alive=bool(answer[0]), by=answer[1].decode(), why=answer[2].decode())

    def release(self, claim: Claim, *, using: str) -> None:
        """One script, which also wakes the next in line."""
        server = self._server(using)
        rows: dict[str, str] = {}
        for n, row in enumerate(claim.rows, 1):
            key = server.key(row.resource)
            rows[key] = f"{rows.get(key, '')} {_letter(row)}{n}"
        server.run("release", list(rows), [*rows.values(), claim.id])

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """One script; for all resources a scan before it."""
        server = self._server(using)
        keys: Sequence[str | bytes] = [server.key(r) for r in resources or ()]
        if resources is None:
            keys = server.keys()
        if not keys:
            return ()
        answer: list[Any] = server.run("find", keys, [])
        now, *rest = answer
        pairs = [(server.resource(k), json.loads(row)) for k, row in zip(rest[::2], rest[1::2], strict=True)]
        found = [_info(resource, row, now) for resource, row in pairs if _is_alive(row, now) and not row["x"]]
        if resources is None:
            found = [h for h in found if h.kind == "held" and not h.waits]
        return tuple(sorted(found, key=lambda h: h.token)[:limit])

    def stop(
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str, claim: str = ""
    ) -> Sequence[HoldInfo]:
        """One script."""
        server = self._server(using)
        args: list[str | int] = [lock, claim, by, why, int(force), clock.name(), _clock_ms()]
        answer: list[Any] = server.run("stop", [server.key(resource)], args)
        now, *rows = answer
        return tuple(_info(resource, json.loads(row), now) for row in rows)

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, again: bool = False) -> bool:
        """By the fence rows of the database. Also the hold itself must still be there."""
        if again:
            return self.renew(claim, using=using).alive
        newest = pass_fence(claim, max(tokens.values(), default=0), using=using)
        if newest:
            # The server's clock was set back while it forgot its counter: go on above what was written.
            server = self._server(using)
            server.run("raise_floor", [server.tokens], [newest])
            return False
        return self.renew(claim, using=using).alive


class _Bell:
    def __init__(self, client: Redis, server: Server, claim_id: str) -> None:
        self._client = client
        self._server = server
        self._claim = claim_id

    def wait(self, seconds: float) -> None:
        self._server.wait(self._claim, max(0.01, seconds))

    def close(self) -> None:
        self._client.delete(self._server.bell(self._claim))


def _clock_ms() -> int:
    return int(clock.now() * 1000)


def _letter(row: Standing) -> str:
    return "h" if row.kind == "held" else "b"


def _question(claim: Claim, keys: Sequence[str], *, queue: bool, ticket: int) -> list[str | int]:
    """The arguments of the script take."""
    place = {resource: n for n, resource in enumerate(claim.resources)}
    own: list[list[object]] = [[] for _ in keys]
    names: list[dict[str, bool]] = [{} for _ in keys]
    for want in claim.wants:
        own[place[want.resource]].append((want.lock, dict.fromkeys(want.beside, True)))
        for above in want.above:
            names[place[above.resource]].update(dict.fromkeys(above.names, True))
    mine = dict.fromkeys((claim.id, *claim.within), True)
    rules = json.dumps((mine, [(a or False, b or False) for a, b in zip(own, names, strict=True)]))
    lease_ms = claim.lease_us // 1000
    question: list[str | int] = [
        rules,
        claim.id,
        lease_ms,
        _WAITER_LEASE_MS,
        int(queue),
        ticket,
        clock.name(),
        _clock_ms(),
    ]
    for row, text in zip(claim.rows, _texts(claim, keys, claim.rows), strict=True):
        question += (place[row.resource] + 1, _letter(row), text)
    return question


def _texts(claim: Claim, keys: Sequence[str], rows: Sequence[Standing]) -> list[str]:
    """Each row as the JSON that the scripts end with the times."""
    facts = {"c": claim.id, "h": claim.holder, "w": claim.why, "a": keys, "o": clock.name()}
    text = json.dumps(facts).removesuffix("}")
    return [f'{text},"l":{json.dumps(row.lock)},"k":"{row.kind}"' for row in rows]


def _is_alive(r: dict[str, Any], now: int) -> bool:
    """As the scripts have it."""
    return bool(r["d"] > _clock_ms() if r["o"] and r["o"] == clock.name() and r["d"] else r["e"] > now)


def _info(resource: str, r: dict[str, Any], now: int) -> HoldInfo:
    read_at = datetime.now(UTC)
    return HoldInfo(
        claim=r["c"],
        resource=resource,
        lock=r["l"],
        kind=r["k"],
        waits=r["t"] > 0,
        token=int(r["n"]),
        holder=r["h"],
        why=r["w"],
        since=read_at - timedelta(milliseconds=now - r["s"]),
        expires_at=read_at + timedelta(milliseconds=r["e"] - now),
        cancel_requested_by=r["b"] or None,
        cancel_why=r["y"],
    )
