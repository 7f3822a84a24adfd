"""Holds in the project's own database: SQLite or PostgreSQL, nothing else to run.

A take is one statement that inserts the rows only if nothing stands in the way. SQLite's write lock makes
that atomic. On PostgreSQL an advisory lock per object does, sent in the same round trip (shared on ancestors,
so that the children of one parent don't wait for each other). The row's own id is the token: it grows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.db import connections

from fsmlock.backends.base import Granted, HoldInfo, InTheWay, Renewed
from fsmlock.backends.dialects import dialect_of
from fsmlock.rules import EVERYTHING, in_the_way

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fsmlock.backends.base import Line
    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim, Kind, Standing

#: One who waits is forgotten this long after it was last seen.
WAITER_LEASE_US = 1_000_000
_TRIES = 5
#: Nobody can renew what isn't committed, and it goes with its process: till the commit it may last this long.
_UNCOMMITTED_LEASE_US = 60_000_000
_INSERT = (
    "INSERT INTO fsmlock_hold (claim, resource, lock, kind, waits, holder, why,"
    " since_us, renewed_us, expires_us, stop_by, stop_why)"
    " SELECT claim, resource, lock, kind, waits, holder, why"
)
_READ = "id, claim, resource, lock, kind, waits, holder, why, since_us, expires_us, stop_by, stop_why"


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def collisions(claim: Claim) -> tuple[str, Params]:
    """The rules' ``collides`` as SQL over the columns resource, kind and lock."""
    parts: list[str] = []
    params: Params = []
    for want in claim.wants:
        beside = f" AND lock NOT IN ({_marks(want.beside)})" if want.beside else ""
        marked = "" if want.lock == EVERYTHING else " AND lock = %s"
        parts.append(f"(resource = %s AND ((kind = 'held'{beside}) OR (kind = 'blocked'{marked})))")
        params += [want.resource, *want.beside, *([want.lock] if marked else [])]
        for above in want.above:
            names = {*above.names, EVERYTHING}
            parts.append(f"(resource = %s AND kind = 'held' AND lock IN ({_marks(names)}))")
            params += [above.resource, *names]
    return f"({' OR '.join(parts)})", params


def conflict(claim: Claim, ticket: int | None) -> tuple[str, Params]:
    """The rules' ``in_the_way`` as SQL over fsmlock_hold."""
    where, params = collisions(claim)
    mine = [claim.id, *claim.within]
    earlier = "" if ticket is None else f" AND (NOT waits OR id < {int(ticket)})"
    return f"{where} AND claim NOT IN ({_marks(mine)}){earlier}", [*params, *mine]


class DatabaseBackend:
    """The default backend."""

    sees_at_once = False

    def may_wait(self, using: str) -> bool:
        """An open transaction on SQLite holds the write lock: nobody could release while we wait."""
        connection = connections[using]
        return connection.vendor != "sqlite" or not connection.in_atomic_block

    def take(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | InTheWay:
        """One round trip when granted; a second one reads who is in the way."""
        for _ in range(_TRIES):
            granted = self._insert(claim, ticket, using)
            if granted:
                if ticket is not None:
                    dialect_of(using).leave_line(claim.id, claim.resources)
                return Granted(tokens=granted)
            found = self.find(claim.resources, using=using)
            blockers = {(s.claim, s.resource, s.lock) for s in in_the_way(claim, _standings(found), ticket)}
            if blockers:
                break
            dialect_of(using).clear(claim.resources)
        else:
            found, blockers = (), set()
        if queue:
            ticket = self._stand_in_line(claim, ticket, using)
        holds = tuple(h for h in found if (h.claim, h.resource, h.lock) in blockers)
        return InTheWay(holds=holds, ticket=ticket)

    def _insert(self, claim: Claim, ticket: int | None, using: str) -> dict[str, int]:
        lease = claim.lease_us
        if connections[using].in_atomic_block:
            lease = max(lease, _UNCOMMITTED_LEASE_US)
        rows = dialect_of(using).decide(claim, ticket, lease, _insertion)
        return {resource: token for token, resource, kind in rows if kind == "held"}

    def _stand_in_line(self, claim: Claim, ticket: int | None, using: str) -> int | None:
        dialect = dialect_of(using)
        now = dialect.now()
        with connections[using].cursor() as cursor:
            if ticket is not None:
                cursor.execute(
                    f"UPDATE fsmlock_hold SET renewed_us = {now}, expires_us = {now} + {WAITER_LEASE_US}"  # noqa: S608 only constants and placeholders
                    " WHERE claim = %s AND waits",
                    [claim.id],
                )
                if cursor.rowcount:
                    return ticket
            values, params = _values(claim, waits=True)
            cursor.execute(
                f"{_INSERT}, t, t, t + {WAITER_LEASE_US},"
                f" '', '' FROM ({values}) AS v, (SELECT {now} AS t) AS clock RETURNING id",
                params,
            )
            return cast("int", min(row[0] for row in cursor.fetchall()))

    def line(self, claim: Claim, *, using: str) -> Line:
        """LISTEN on PostgreSQL, short sleeps with a cheap look on SQLite."""
        return dialect_of(using).line(claim.id, *conflict(claim, None))

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """One statement."""
        return self._renew(claim, using, f" AND expires_us > {dialect_of(using).now()}")

    def _renew(self, claim: Claim, using: str, alive: str) -> Renewed:
        now = dialect_of(using).now()
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"UPDATE fsmlock_hold SET renewed_us = {now}, expires_us = {now} + {claim.lease_us}"  # noqa: S608 - only constants and placeholders
                f" WHERE claim = %s AND NOT waits AND kind <> 'broken'{alive} RETURNING stop_by, stop_why",
                [claim.id],
            )
            found = cursor.fetchall()
            # A taker removes only what stands in its own way: a claim with a part missing is lost as a whole.
            if len(found) == len(claim.rows):
                by, why = next((row for row in found if row[0]), ("", ""))
                return Renewed(alive=True, by=by, why=why)
            cursor.execute(
                "SELECT stop_by, stop_why FROM fsmlock_hold WHERE claim = %s AND kind = 'broken'", [claim.id]
            )
            by, why = cursor.fetchone() or ("", "")
        return Renewed(alive=False, by=by, why=why)

    def release(self, claim: Claim, *, using: str) -> None:
        """One statement, which also wakes the next in line and clears away the dead."""
        dialect_of(using).release(claim.id, claim.resources)

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """One query, however many resources."""
        dialect = dialect_of(using)
        now = dialect.now()
        params: Params = []
        if resources is None:
            where = "kind = 'held' AND NOT waits"
        elif resources:
            where, params = f"resource IN ({_marks(resources)})", sorted(resources)
        else:
            return ()
        at_most = "" if limit is None else f" LIMIT {int(limit)}"
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"SELECT {now}, {_READ} FROM fsmlock_hold WHERE {where} AND kind <> 'broken'"  # noqa: S608 only constants and placeholders
                f" AND {dialect.seen(now)} ORDER BY id{at_most}",
                params,
            )
            return tuple(_info(*row) for row in cursor.fetchall())

    def stop(
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """A broken hold stays written until its lease is over, so that its holder can be told who did it."""
        met = [
            h
            for h in self.find([resource], using=using)
            if h.kind == "held" and h.lock == lock and not h.waits
        ]
        if not met:
            return ()
        kind = "kind = 'broken', " if force else ""
        claims = [h.claim for h in met]
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"UPDATE fsmlock_hold SET {kind}stop_by = %s, stop_why = %s"  # noqa: S608 only constants and placeholders
                f" WHERE claim IN ({_marks(met)}) AND NOT waits RETURNING claim",
                [by, why, *claims],
            )
            reached = {row[0] for row in cursor.fetchall()}
        if force:
            dialect_of(using).wake([resource])
        return tuple(h for h in met if h.claim in reached)

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, again: bool = False) -> bool:
        """Renewing inside the transaction locks the rows: nobody can take over before it ends."""
        del tokens
        return (self._renew(claim, using, "") if again else self.renew(claim, using=using)).alive


def _insertion(claim: Claim, ticket: int | None, lease: int, *, now: str, alive: str) -> tuple[str, Params]:
    """The deciding statement: insert the rows unless something stands in the way."""
    values, params = _values(claim, waits=False)
    where, more = conflict(claim, ticket)
    sql = (
        f"{_INSERT}, t, t, t + {lease}, '', '' FROM ({values}) AS v, (SELECT {now} AS t) AS clock"  # noqa: S608 - only constants and placeholders
        f" WHERE NOT EXISTS (SELECT 1 FROM fsmlock_hold WHERE {where} AND {alive})"
        " RETURNING id, resource, kind"
    )
    return sql, params + more


def _standings(found: Sequence[HoldInfo]) -> list[Standing]:
    return [h.standing() for h in found]


def _values(claim: Claim, *, waits: bool) -> tuple[str, Params]:
    """The rows of a claim as SQL; the first SELECT names the columns, as VALUES can't on SQLite."""
    rows = claim.rows
    flag = "true" if waits else "false"
    first = (
        "SELECT %s AS claim, %s AS resource, %s AS lock, %s AS kind,"
        f" {flag} AS waits, %s AS holder, %s AS why"
    )
    more = f" UNION ALL SELECT %s, %s, %s, %s, {flag}, %s, %s"
    params: Params = []
    for row in rows:
        params += [row.claim, row.resource, row.lock, row.kind, claim.holder, claim.why]
    return first + more * (len(rows) - 1), params


def _info(  # noqa: PLR0913, PLR0917 - the columns of _READ
    now: int,
    token: int,
    claim: str,
    resource: str,
    lock: str,
    kind: Kind,
    waits: int,
    holder: str,
    why: str,
    since: int,
    expires: int,
    stop_by: str,
    stop_why: str,
) -> HoldInfo:
    read_at = datetime.now(UTC)
    return HoldInfo(
        claim=claim,
        resource=resource,
        lock=lock,
        kind=kind,
        waits=bool(waits),
        token=token,
        holder=holder,
        why=why,
        since=read_at - timedelta(microseconds=now - since),
        expires_at=read_at + timedelta(microseconds=expires - now),
        cancel_requested_by=stop_by or None,
        cancel_why=stop_why,
    )
