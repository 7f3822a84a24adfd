"""Holds in Redis or Valkey, through the connection that django-redis has for a cache alias.

One server, or a primary with replicas (not a cluster: one claim may touch many objects). The server's clock
decides. Commits are fenced by rows in the project's database, see fences.py.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django_redis import get_redis_connection

from fsmlock import conf
from fsmlock.backends import scripts
from fsmlock.backends.base import Granted, HoldInfo, InTheWay, Renewed
from fsmlock.backends.fences import pass_fence

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from redis import Redis

    from fsmlock.rules import Claim

_ON = "fsmlock:on:"
_TOKENS = "fsmlock:tokens"
_WAITER_LEASE_MS = 1000


class RedisBackend:
    """Set ``FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend", "CACHE": "default"}``."""

    sees_at_once = True

    def __init__(self) -> None:
        self._client: Redis = get_redis_connection(conf.get().CACHE)
        register = self._client.register_script
        self._take = register(scripts.TAKE)
        self._renew = register(scripts.RENEW)
        self._release = register(scripts.RELEASE)
        self._stop = register(scripts.STOP)
        self._find = register(scripts.FIND)
        self._raise_floor = register(scripts.RAISE_FLOOR)

    def may_wait(self, using: str) -> bool:
        """Always: a transaction of ours holds up nobody here."""
        del using
        return True

    def take(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | InTheWay:
        """One script."""
        del using
        keys = claim.resources
        question = _question(claim, keys) | {"queue": queue, "ticket": ticket or 0}
        answer: list[Any] = self._take(keys=[*(_ON + k for k in keys), _TOKENS], args=[json.dumps(question)])
        if answer[0]:
            return Granted(tokens={want.resource: answer[1] for want in claim.wants})
        rows = list(zip(answer[3::2], answer[4::2], strict=True))
        holds = tuple(
            sorted((_info(key, json.loads(row), answer[2]) for key, row in rows), key=lambda h: h.token)
        )
        return InTheWay(holds=holds, ticket=answer[1] or None)

    def line(self, claim: Claim, *, using: str) -> _Bell:
        """A list that the next release pushes to."""
        del using
        return _Bell(self._client, claim.id)

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """One script."""
        del using
        alive, by, why = self._renew(keys=_keys(claim), args=[claim.id, claim.lease_us // 1000])
        return Renewed(alive=bool(alive), by=by.decode(), why=why.decode())

    def release(self, claim: Claim, *, using: str) -> None:
        """One script, which also wakes the next in line."""
        del using
        self._release(keys=_keys(claim), args=[claim.id])

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """One script; for all resources a scan before it."""
        del using
        keys: list[Any] = [_ON + r for r in resources or ()]
        if resources is None:
            keys = list(self._client.scan_iter(match=f"{_ON}*", count=1000))
        if not keys:
            return ()
        now, *rest = self._find(keys=keys, args=[])
        rows = [(key, json.loads(row)) for key, row in zip(rest[::2], rest[1::2], strict=True)]
        found = [_info(key, row, now) for key, row in rows if row["e"] > now and not row["x"]]
        if resources is None:
            found = [h for h in found if h.kind == "held" and not h.waits]
        return tuple(sorted(found, key=lambda h: h.token)[:limit])

    def stop(
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """One script."""
        del using
        now, *rows = self._stop(keys=[_ON + resource], args=[lock, by, why, int(force)])
        return tuple(_info(resource, json.loads(row), now) for row in rows)

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, again: bool = False) -> bool:
        """By the fence rows of the database. Also the hold itself must still be there."""
        if again:
            return self.renew(claim, using=using).alive
        token = max(tokens.values(), default=0)
        newest = pass_fence(claim, token, using=using)
        if newest:
            # After a loss of its data the server counts anew: the next token must be above what was written.
            self._raise_floor(keys=[_TOKENS], args=[newest])
            return False
        return self.renew(claim, using=using).alive


class _Bell:
    def __init__(self, client: Redis, claim_id: str) -> None:
        self._client = client
        self._key = f"fsmlock:bell:{claim_id}"

    def wait(self, seconds: float) -> None:
        self._client.blpop([self._key], timeout=max(0.01, seconds))

    def close(self) -> None:
        self._client.delete(self._key)


def _keys(claim: Claim) -> list[str]:
    """One key for each row of the claim, in the order of the rows."""
    return [_ON + row.resource for row in claim.rows]


def _question(claim: Claim, keys: Sequence[str]) -> dict[str, Any]:
    at: list[dict[str, Any]] = [{"own": []} for _ in keys]
    place = {key: n for n, key in enumerate(keys)}
    for want in claim.wants:
        at[place[want.resource]]["own"].append(
            {"lock": want.lock, "beside": dict.fromkeys(want.beside, True)}
        )
        for above in want.above:
            at[place[above.resource]].setdefault("names", {}).update(dict.fromkeys(above.names, True))
    rows = [{"at": place[r.resource] + 1, "lock": r.lock, "kind": r.kind} for r in claim.rows]
    return {
        "id": claim.id,
        "mine": dict.fromkeys((claim.id, *claim.within), True),
        "lease": claim.lease_us // 1000,
        "waits": _WAITER_LEASE_MS,
        "holder": claim.holder,
        "why": claim.why,
        "at": at,
        "rows": rows,
    }


def _info(key: bytes | str, r: dict[str, Any], now: int) -> HoldInfo:
    name = key.decode() if isinstance(key, bytes) else key
    read_at = datetime.now(UTC)
    return HoldInfo(
        claim=r["c"],
        resource=name.removeprefix(_ON),
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
