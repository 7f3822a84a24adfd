"""Holds in the project's own database, SQLite or PostgreSQL. Nothing else has to run.

Acquiring is one statement that inserts the rows unless another row blocks them. SQLite's write lock makes it
atomic. On PostgreSQL one advisory lock per object does, taken in the same round trip: exclusive on the
objects themselves and shared on ancestors, so that the children of one parent don't wait for each other. The
id of the row is the fencing token: it grows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import OperationalError, connections

from fsmlock.backends.base import Backend, Denied, Granted, PollingWaiter, Renewed, stale_reason
from fsmlock.backends.dialects import (
    blocking_sql,
    insert_waiting,
    is_small,
    marks,
    rows_of,
    run,
)
from fsmlock.backends.hold_rows import InTheWay, in_the_way, select
from fsmlock.backends.kept_cursor import KeptCursor
from fsmlock.backends.postgresql import PostgreSQL
from fsmlock.backends.sqlite import SQLite, locked_reason
from fsmlock.chunks import chunks
from fsmlock.errors import FsmlockError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import timedelta

    from fsmlock.backends.base import HoldInfo, WaitQueue
    from fsmlock.backends.dialects import Dialect
    from fsmlock.reasons import Reason
    from fsmlock.rules import Claim

#: A waiter is removed from the queue when it hasn't checked for this long.
WAITER_LEASE_US = 1_000_000
_ATTEMPTS = 5
#: What dead holders left on an object is deleted by every so many holds: it takes a look at all of its rows.
_CLEAN_EVERY = 100
#: Uncommitted rows can't be renewed, and vanish with their process. Until the commit their lease may be
#: longer.
_UNCOMMITTED_LEASE_US = 60_000_000
_DIALECTS: Mapping[str, type[Dialect]] = {"sqlite": SQLite, "postgresql": PostgreSQL}


class DatabaseBackend(Backend):
    """The default backend."""

    visible_before_commit = False

    def problems(self, using: str) -> Sequence[Reason]:
        """Ask the dialect, once the tables exist."""
        connection = connections[using]
        if connection.vendor not in _DIALECTS or "fsmlock_hold" not in connection.introspection.table_names():
            return ()
        return dialect_of(using).problems()

    def is_local(self, using: str) -> bool:
        """On SQLite."""
        return connections[using].vendor == "sqlite"

    def outage(self, error: Exception, *, using: str) -> Reason | None:
        """On SQLite somebody else may be writing: that has a remedy of its own."""
        if isinstance(error, OperationalError) and "locked" in str(error) and self.is_local(using):
            return locked_reason(connections[using])
        return super().outage(error, using=using)

    def can_wait(self, using: str) -> bool:
        """Not inside a transaction on SQLite: it has the write lock, so nobody could release meanwhile."""
        connection = connections[using]
        return connection.vendor != "sqlite" or not connection.in_atomic_block

    def notifies_waiters(self, using: str) -> bool:
        """On PostgreSQL, by NOTIFY."""
        return connections[using].vendor == "postgresql"

    def acquire(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | Denied:
        """Take one round trip when granted; a second one reads what is in the way."""
        found = InTheWay(())
        for _ in range(_ATTEMPTS):
            rows = self._insert(claim, ticket, using)
            outcome = rows[0][2] if rows else "blocked"
            if outcome == "stale":
                return Denied(holds=(), ticket=ticket, reason=stale_reason())
            if outcome == "held":
                return self._granted(claim, ticket, rows, using)
            if outcome == "busy":
                break
            found = in_the_way(dialect_of(using), claim, ticket)
            if found.holds:
                break
            dialect_of(using).delete_expired(claim.resources)
        if queue:
            ticket = self._join_queue(claim, ticket, using)
        return Denied(holds=found.holds, more=found.more, ticket=ticket)

    def _granted(
        self, claim: Claim, ticket: int | None, rows: Sequence[tuple[int, str, str]], using: str
    ) -> Granted:
        if ticket is not None:
            dialect_of(using).leave_queue(claim)
        if rows[0][0] % _CLEAN_EVERY == 0:
            dialect_of(using).delete_expired(claim.resources)
        return Granted(tokens={resource: token for token, resource, kind in rows if kind == "held"})

    def _insert(self, claim: Claim, ticket: int | None, using: str) -> Sequence[tuple[int, str, str]]:
        dialect, lease = dialect_of(using), claim.lease_us
        if dialect.connection.in_atomic_block:
            lease = max(lease, _UNCOMMITTED_LEASE_US)
        return dialect.try_insert(claim, ticket, lease)

    def _join_queue(self, claim: Claim, ticket: int | None, using: str) -> int | None:
        dialect = dialect_of(using)
        lease = dialect.lease_columns(WAITER_LEASE_US)
        with connections[using].cursor() as cursor:
            if ticket is not None:
                where, params = rows_of(claim, "held", "blocked")
                changes = ", ".join(f"{column} = {value}" for column, value in lease.items())
                cursor.execute(
                    f"UPDATE fsmlock_hold SET {changes}"  # noqa: S608 - only constants and placeholders
                    f" WHERE {where} AND waits",
                    params,
                )
                if cursor.rowcount:
                    return ticket
        return insert_waiting(dialect, claim, claim.rows, lease)

    def announce_retry(self, claim: Claim, *, using: str, expires_in: timedelta) -> None:
        """Replace the claim's announcement, and delete expired ones on the same resources."""
        dialect = dialect_of(using)
        resources = sorted({request.resource for request in claim.requests})
        rows = [row._replace(kind="retrying") for row in claim.rows if row.kind == "held"]
        lease = dialect.lease_columns(int(expires_in.total_seconds() * 1_000_000))
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM fsmlock_hold WHERE resource IN ({marks(resources)})"  # noqa: S608 - only constants and placeholders
                " AND kind IN ('retrying', 'later')"
                f" AND (claim = %s OR NOT ({dialect.unexpired(dialect.now())}))",
                [*resources, claim.id],
            )
        insert_waiting(dialect, claim, rows, lease)

    def wait_queue(self, claim: Claim, *, using: str) -> WaitQueue:
        """LISTEN on PostgreSQL; on SQLite poll with a cheap query, as long as the claim is small."""
        if not is_small(claim) and not self.notifies_waiters(using):
            return PollingWaiter()
        return dialect_of(using).wait_queue(claim.id, *blocking_sql(claim, None))

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """Execute one statement, which skips locked rows; a second one finds out why rows are missing."""
        return self._renew(claim, using)

    def _renew(self, claim: Claim, using: str, *, repeated: bool = False, wait: bool = False) -> Renewed:
        dialect = dialect_of(using)
        changes = ", ".join(
            f"{column} = {value}" for column, value in dialect.lease_columns(claim.lease_us).items()
        )
        where, params = dialect.renewable_rows(claim, repeated=repeated, wait=wait)
        with KeptCursor(dialect.connection) as cursor:
            cursor.execute(
                f"UPDATE fsmlock_hold SET {changes} WHERE {where} RETURNING stop_by, stop_why",  # noqa: S608 - only constants and placeholders
                params,
            )
            found = cursor.fetchall()
            # Whoever takes over deletes only the rows that block it: a claim with a missing row is lost.
            if len(found) == len(claim.rows):
                by, why = next((row for row in found if row[0]), ("", ""))
                return Renewed(alive=True, by=by, why=why)
            where, params = rows_of(claim, "held", "blocked", "broken")
            cursor.execute(
                f"SELECT kind, stop_by, stop_why FROM fsmlock_hold WHERE {where} AND NOT waits",  # noqa: S608 - only constants and placeholders
                params,
            )
            rows = cursor.fetchall()
        by, why = next(((by, why) for kind, by, why in rows if kind == "broken"), ("", ""))
        complete = len(rows) == len(claim.rows) and not by and dialect.keeps_expired_rows
        return Renewed(alive=complete, unknown=complete, by=by, why=why)

    def release(self, claim: Claim, *, using: str) -> None:
        """Execute one statement, which also notifies the next waiters."""
        dialect_of(using).release(claim)

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """Execute one query, or one for each part of many resources."""
        dialect = dialect_of(using)
        if resources is None:
            return select(dialect, "kind = 'held' AND NOT waits", [], limit=limit)
        found: list[HoldInfo] = []
        for some in chunks(sorted(resources)):
            found += select(dialect, f"resource IN ({marks(some)})", list(some), limit=limit)
        return tuple(sorted(found, key=lambda hold: hold.token)[:limit])

    def find_claims(self, holds: Sequence[HoldInfo], *, using: str) -> Sequence[HoldInfo]:
        """Execute one query, or one for each part of many."""
        dialect = dialect_of(using)
        found: list[HoldInfo] = []
        for some in chunks(sorted({hold.claim for hold in holds})):
            found += select(dialect, f"claim IN ({marks(some)})", list(some))
        return found

    def forget(self, rows: Sequence[HoldInfo], *, using: str) -> None:
        """Execute one statement for each part. The token of a row is its id, so a new row is not met."""
        for some in chunks(rows):
            sql = f"DELETE FROM fsmlock_hold WHERE id IN ({marks(some)})"  # noqa: S608 - placeholders only
            run(connections[using], sql, [row.token for row in some])

    def stop(
        self, holds: Sequence[HoldInfo], *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """Mark the rows. A broken hold stays until its lease is over, so that its holder learns by whom."""
        dialect = dialect_of(using)
        kind = "kind = 'broken', " if force else ""
        rows: list[tuple[str, str]] = []
        for some in chunks(sorted({h.claim for h in holds})):
            rows += run(
                dialect.connection,
                f"UPDATE fsmlock_hold SET {kind}stop_by = %s, stop_why = %s"  # noqa: S608 - only constants and placeholders
                f" WHERE claim IN ({marks(some)}) AND kind <> 'broken' AND NOT waits"
                f" AND {dialect.unexpired(dialect.now())} RETURNING claim, resource",
                [by, why, *some],
            )
        if force and rows:
            dialect.wake(sorted({row[1] for row in rows}))
        reached = {row[0] for row in rows}
        return tuple(h for h in holds if h.claim in reached)

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, repeated: bool = False) -> bool:
        """Renew inside the transaction: it locks the rows, so nobody can take over before the end."""
        del tokens
        return self._renew(claim, using, repeated=repeated, wait=True).alive


def dialect_of(using: str) -> Dialect:
    """The dialect of a database alias, kept with this thread's connection."""
    connection = connections[using]
    found: Dialect | None = getattr(connection, "fsmlock_dialect", None)
    if found is None:
        dialect = _DIALECTS.get(connection.vendor)
        if dialect is None:
            raise FsmlockError(
                f"The database backend of fsmlock works on SQLite and PostgreSQL, not on {connection.vendor}."
                " Set FSMLOCK['BACKEND'] to 'fsmlock.backends.redis.RedisBackend'."
            )
        found = connection.fsmlock_dialect = dialect(connection)  # type: ignore[attr-defined]
    return found
