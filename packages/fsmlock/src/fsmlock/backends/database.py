"""Holds in the project's own database: SQLite or PostgreSQL, nothing else to run.

A take is one statement that inserts the rows only if nothing stands in the way. SQLite's write lock makes
that atomic. On PostgreSQL an advisory lock per object does, sent in the same round trip (shared on ancestors,
so that the children of one parent don't wait for each other). The row's own id is the token: it grows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.db import connections

from fsmlock.backends.base import Granted, HoldInfo, InTheWay, Renewed
from fsmlock.backends.statements import conflict, marks, waiting
from fsmlock.backends.vendors import dialect_of
from fsmlock.rules import in_the_way

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
_READ = "id, claim, resource, lock, kind, waits, holder, why, since_us, expires_us, stop_by, stop_why"


class DatabaseBackend:
    """The default backend."""

    sees_at_once = False

    def may_wait(self, using: str) -> bool:
        """An open transaction on SQLite holds the write lock: nobody could release while we wait."""
        connection = connections[using]
        return connection.vendor != "sqlite" or not connection.in_atomic_block

    def wakes(self, using: str) -> bool:
        """By NOTIFY; SQLite has nothing of the kind."""
        return connections[using].vendor == "postgresql"

    def take(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | InTheWay:
        """One round trip when granted; a second one reads who is in the way."""
        for _ in range(_TRIES):
            granted = self._insert(claim, ticket, using)
            if granted is None:
                found, blockers = self.find(claim.resources, using=using), set()
                break
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

    def _insert(self, claim: Claim, ticket: int | None, using: str) -> dict[str, int] | None:
        """The tokens; none when refused, and None when it could not be decided now."""
        dialect, lease = dialect_of(using), claim.lease_us
        if dialect.connection.in_atomic_block:
            lease = max(lease, _UNCOMMITTED_LEASE_US)
        rows = dialect.decide(claim, ticket, lease)
        if rows and rows[0][2] == "busy":
            return None
        return {resource: token for token, resource, kind in rows if kind == "held"}

    def _stand_in_line(self, claim: Claim, ticket: int | None, using: str) -> int | None:
        lease = dialect_of(using).lease(WAITER_LEASE_US)
        with connections[using].cursor() as cursor:
            if ticket is not None:
                changes = ", ".join(f"{column} = {value}" for column, value in lease.items())
                cursor.execute(
                    f"UPDATE fsmlock_hold SET {changes}"  # noqa: S608 only constants and placeholders
                    f" WHERE resource IN ({marks(claim.resources)}) AND claim = %s AND waits",
                    [*claim.resources, claim.id],
                )
                if cursor.rowcount:
                    return ticket
            cursor.execute(*waiting(claim, claim.rows, lease))
            return cast("int", min(row[0] for row in cursor.fetchall()))

    def expect(self, claim: Claim, *, using: str, within: timedelta) -> None:
        """Two statements: who was expected on the same object and never came is forgotten."""
        dialect = dialect_of(using)
        resources = sorted({want.resource for want in claim.wants})
        rows = [replace(row, kind="later") for row in claim.rows if row.kind == "held"]
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM fsmlock_hold WHERE resource IN ({marks(resources)}) AND kind = 'later'"  # noqa: S608 only constants and placeholders
                f" AND (claim = %s OR NOT ({dialect.seen(dialect.now())}))",
                [*resources, claim.id],
            )
            cursor.execute(*waiting(claim, rows, dialect.lease(int(within.total_seconds() * 1_000_000))))

    def line(self, claim: Claim, *, using: str) -> Line:
        """LISTEN on PostgreSQL, short sleeps with a cheap look on SQLite."""
        return dialect_of(using).line(claim.id, *conflict(claim, None))

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """One statement, which leaves out what others have locked; a second one when it found too little."""
        return self._renew(claim, using)

    def _renew(self, claim: Claim, using: str, *, guarded: bool = False, patient: bool = False) -> Renewed:
        dialect = dialect_of(using)
        changes = ", ".join(f"{column} = {value}" for column, value in dialect.lease(claim.lease_us).items())
        where, params = dialect.mine(claim.resources, guarded=guarded, patient=patient)
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"UPDATE fsmlock_hold SET {changes} WHERE {where} RETURNING stop_by, stop_why",  # noqa: S608 - only constants and placeholders
                [*params, claim.id],
            )
            found = cursor.fetchall()
            # A taker removes only what stands in its own way: a claim with a part missing is lost as a whole.
            if len(found) == len(claim.rows):
                by, why = next((row for row in found if row[0]), ("", ""))
                return Renewed(alive=True, by=by, why=why)
            cursor.execute(
                "SELECT kind, stop_by, stop_why FROM fsmlock_hold"  # noqa: S608 - only constants and placeholders
                f" WHERE resource IN ({marks(claim.resources)}) AND NOT waits AND claim = %s",
                [*claim.resources, claim.id],
            )
            rows = cursor.fetchall()
        by, why = next(((by, why) for kind, by, why in rows if kind == "broken"), ("", ""))
        whole = len(rows) == len(claim.rows) and not by and dialect.keeps_the_dead
        return Renewed(alive=whole, unknown=whole, by=by, why=why)

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
            where, params = f"resource IN ({marks(resources)})", sorted(resources)
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
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str, claim: str = ""
    ) -> Sequence[HoldInfo]:
        """A broken hold stays written until its lease is over, so that its holder can be told who did it."""
        met = [
            h
            for h in self.find([resource], using=using)
            if not h.waits and (h.claim == claim or (not claim and h.kind == "held" and h.lock == lock))
        ]
        if not met:
            return ()
        kind = "kind = 'broken', " if force else ""
        claims = [h.claim for h in met]
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"UPDATE fsmlock_hold SET {kind}stop_by = %s, stop_why = %s"  # noqa: S608 only constants and placeholders
                f" WHERE claim IN ({marks(met)}) AND NOT waits RETURNING claim, resource",
                [by, why, *claims],
            )
            rows = cursor.fetchall()
        if force and rows:
            dialect_of(using).wake(sorted({row[1] for row in rows}))
        reached = {row[0] for row in rows}
        return tuple(h for h in met if h.claim in reached)

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, again: bool = False) -> bool:
        """Renewing inside the transaction locks the rows: nobody can take over before it ends."""
        del tokens
        return self._renew(claim, using, guarded=again, patient=True).alive


def _standings(found: Sequence[HoldInfo]) -> list[Standing]:
    return [h.standing() for h in found]


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
