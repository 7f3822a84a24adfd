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

from fsmlock.backends.base import Denied, Granted, HoldInfo, Renewed
from fsmlock.backends.dialects import conflict, marks, waiting
from fsmlock.backends.postgresql import PostgreSQL
from fsmlock.backends.sqlite import SQLite
from fsmlock.errors import FsmlockError
from fsmlock.rules import blocking_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.base import WaitQueue
    from fsmlock.backends.dialects import Dialect, Params
    from fsmlock.rules import Claim, Kind, LockRow

#: One who waits is store_restarted_reason this long after it was last seen.
WAITER_LEASE_US = 1_000_000
_TRIES = 5
#: Nobody can renew what isn't committed, and it goes with its process: till the commit it may last this long.
_UNCOMMITTED_LEASE_US = 60_000_000
_READ = "id, claim, resource, lock, kind, waits, holder, why, since_us, expires_us, stop_by, stop_why"


class DatabaseBackend:
    """The default backend."""

    visible_before_commit = False

    def can_wait(self, using: str) -> bool:
        """An open transaction on SQLite holds the write lock: nobody could release while we wait."""
        connection = connections[using]
        return connection.vendor != "sqlite" or not connection.in_atomic_block

    def notifies_waiters(self, using: str) -> bool:
        """By NOTIFY; SQLite has nothing of the kind."""
        return connections[using].vendor == "postgresql"

    def acquire(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | Denied:
        """One round trip when granted; a second one reads who is in the way."""
        for _ in range(_TRIES):
            granted = self._insert(claim, ticket, using)
            if granted is None:
                found, blockers = self.find(claim.resources, using=using), set()
                break
            if granted:
                if ticket is not None:
                    dialect_of(using).leave_queue(claim.id, claim.resources)
                return Granted(tokens=granted)
            found = self.find(claim.resources, using=using)
            blockers = {(s.claim, s.resource, s.lock) for s in blocking_rows(claim, _rows(found), ticket)}
            if blockers:
                break
            dialect_of(using).delete_expired(claim.resources)
        else:
            found, blockers = (), set()
        if queue:
            ticket = self._enqueue(claim, ticket, using)
        holds = tuple(h for h in found if (h.claim, h.resource, h.lock) in blockers)
        return Denied(holds=holds, ticket=ticket)

    def _insert(self, claim: Claim, ticket: int | None, using: str) -> dict[str, int] | None:
        """The tokens; none when refused, and None when it could not be decided now."""
        dialect, lease = dialect_of(using), claim.lease_us
        if dialect.connection.in_atomic_block:
            lease = max(lease, _UNCOMMITTED_LEASE_US)
        rows = dialect.try_insert(claim, ticket, lease)
        if rows and rows[0][2] == "busy":
            return None
        return {resource: token for token, resource, kind in rows if kind == "held"}

    def _enqueue(self, claim: Claim, ticket: int | None, using: str) -> int | None:
        lease = dialect_of(using).lease_columns(WAITER_LEASE_US)
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

    def announce_retry(self, claim: Claim, *, using: str, expires_in: timedelta) -> None:
        """Two statements: who was expected on the same object and never came is store_restarted_reason."""
        dialect = dialect_of(using)
        resources = sorted({want.resource for want in claim.requests})
        rows = [replace(row, kind="retrying") for row in claim.rows if row.kind == "held"]
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM fsmlock_hold WHERE resource IN ({marks(resources)})"  # noqa: S608 only constants and placeholders
                f" AND kind IN ('retrying', 'later')"
                f" AND (claim = %s OR NOT ({dialect.unexpired(dialect.now())}))",
                [*resources, claim.id],
            )
            cursor.execute(
                *waiting(claim, rows, dialect.lease_columns(int(expires_in.total_seconds() * 1_000_000)))
            )

    def wait_queue(self, claim: Claim, *, using: str) -> WaitQueue:
        """LISTEN on PostgreSQL, short sleeps with a cheap look on SQLite."""
        return dialect_of(using).wait_queue(claim.id, *conflict(claim, None))

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """One statement, which leaves out what others have locked; a second one when it found too little."""
        return self._renew(claim, using)

    def _renew(self, claim: Claim, using: str, *, repeated: bool = False, wait: bool = False) -> Renewed:
        dialect = dialect_of(using)
        changes = ", ".join(
            f"{column} = {value}" for column, value in dialect.lease_columns(claim.lease_us).items()
        )
        where, params = dialect.renewable_rows(claim.resources, repeated=repeated, wait=wait)
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
        whole = len(rows) == len(claim.rows) and not by and dialect.keeps_expired_rows
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
                f" AND {dialect.unexpired(now)} ORDER BY id{at_most}",
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

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, repeated: bool = False) -> bool:
        """Renewing inside the transaction locks the rows: nobody can take over before it ends."""
        del tokens
        return self._renew(claim, using, repeated=repeated, wait=True).alive


def _rows(found: Sequence[HoldInfo]) -> list[LockRow]:
    return [h.row() for h in found]


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


def dialect_of(using: str) -> Dialect:
    """The dialect of a database alias. It is kept with this thread's connection."""
    connection = connections[using]
    found: Dialect | None = getattr(connection, "fsmlock_dialect", None)
    if found is None:
        found = _speaking(connection)
        connection.fsmlock_dialect = found  # type: ignore[attr-defined]
    return found


def _speaking(connection: BaseDatabaseWrapper) -> Dialect:
    vendor = connection.vendor
    if vendor == "sqlite":
        return SQLite(connection)
    if vendor == "postgresql":
        return PostgreSQL(connection)
    raise FsmlockError(
        f"The database backend of fsmlock works on SQLite and PostgreSQL, not on {vendor}."
        " Set FSMLOCK['BACKEND'] to 'fsmlock.backends.redis.RedisBackend'."
    )
