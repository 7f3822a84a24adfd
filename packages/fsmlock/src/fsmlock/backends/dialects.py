"""What the databases do differently: the clock, the lock around a decision, and waking who waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from fsmlock import clock
from fsmlock.rules import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.base import WaitQueue
    from fsmlock.rules import Claim, LockRow

Params: TypeAlias = list[Any]


class Dialect(Protocol):
    """One database connection: each thread has its own."""

    connection: BaseDatabaseWrapper

    #: Does a row whose lease is over count until it is deleted?
    keeps_expired_rows: bool

    def now(self) -> str:
        """SQL for the store's clock in microseconds."""
        ...

    def effective(self, now: str) -> str:
        """SQL for a row that still counts in a decision."""
        ...

    def unexpired(self, now: str) -> str:
        """SQL for a row whose lease is not over."""
        ...

    def lease_columns(self, lease_us: int) -> dict[str, str]:
        """SQL for the columns that say until when a row counts that is written now."""
        ...

    def renewable_rows(self, resources: Sequence[str], *, repeated: bool, wait: bool) -> tuple[str, Params]:
        """SQL for the rows of a claim (the last parameter) to renew; impatient: those that nobody locked.

        ``repeated``: renewed in this very transaction already.
        """
        ...

    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """Decide alone for all the claim's resources: insert its rows and answer them, or nothing.

        A row of the kind "busy" says that somebody keeps a decision open.
        """
        ...

    def delete_expired(self, resources: Sequence[str]) -> None:
        """Delete the dead rows that stand in the way of a decision, if any can."""
        ...

    def lock_decisions(self, claim: Claim) -> None:
        """Inside a transaction: until its end nobody else decides about the claim's objects."""
        ...

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """Delete the claim, clear the dead from its resources, wake who is next."""
        ...

    def leave_queue(self, claim_id: str, resources: Sequence[str]) -> None:
        """Delete the claim's place in line, and wake who is next: it may go together with the claim."""
        ...

    def wake(self, resources: Sequence[str]) -> None:
        """Wake the first in line of each resource."""
        ...

    def wait_queue(self, claim_id: str, conflict: str, params: Params) -> WaitQueue:
        """Where the claim waits; ``conflict`` is SQL for what may stand in its way."""
        ...


def run(connection: BaseDatabaseWrapper, sql: str, params: Params) -> list[Any]:
    """The rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def now_us() -> int:
    """The clock of this host in microseconds."""
    return int(clock.now() * 1_000_000)


def marks(values: Collection[object]) -> str:
    """A placeholder for each."""
    return ", ".join(["%s"] * len(values))


def conflict_sql(claim: Claim) -> tuple[str, Params]:
    """The rules' ``conflicts`` as SQL over the columns resource, kind and lock."""
    parts: list[str] = []
    params: Params = []
    for want in claim.requests:
        beside = f" AND lock NOT IN ({marks(want.compatible_with)})" if want.compatible_with else ""
        marked = "" if want.lock == EVERYTHING else " AND lock = %s"
        parts.append(f"(resource = %s AND ((kind = 'held'{beside}) OR (kind = 'blocked'{marked})))")
        params += [want.resource, *want.compatible_with, *([want.lock] if marked else [])]
        for above in want.inherited:
            names = {*above.names, EVERYTHING}
            parts.append(f"(resource = %s AND kind = 'held' AND lock IN ({marks(names)}))")
            params += [above.resource, *names]
    return f"({' OR '.join(parts)})", params


def conflict(claim: Claim, ticket: int | None) -> tuple[str, Params]:
    """The rules' ``blocking_rows`` as SQL over fsmlock_hold."""
    where, params = conflict_sql(claim)
    mine = [claim.id, *claim.nested_in]
    earlier = "" if ticket is None else f" AND (NOT waits OR id < {int(ticket)})"
    return f"{where} AND claim NOT IN ({marks(mine)}){earlier}", [*params, *mine]


def insertion(claim: Claim, ticket: int | None, lease: int, *, now: str, alive: str) -> tuple[str, Params]:
    """The deciding statement of SQLite: insert the rows unless something stands in the way."""
    where, more = conflict(claim, ticket)
    sql = (
        "INSERT INTO fsmlock_hold (resource, lock, kind, claim, holder, why, waits, stop_by, stop_why,"  # noqa: S608 - only constants and placeholders
        " since_us, renewed_us, expires_us)"
        f" SELECT v.*, %s, %s, %s, false, '', '', t, t, t + {lease}"
        f" FROM ({_values(claim.rows)}) AS v, (SELECT {now} AS t) AS clock"
        f" WHERE NOT EXISTS (SELECT 1 FROM fsmlock_hold WHERE {where} AND {alive})"
    )
    return sql, [claim.id, claim.holder, claim.why, *_params(claim.rows), *more]


def waiting(claim: Claim, rows: Sequence[LockRow], lease: Mapping[str, str]) -> tuple[str, Params]:
    """The statement that inserts them as rows of one who waits."""
    sql = (
        "INSERT INTO fsmlock_hold (resource, lock, kind, claim, holder, why, waits, stop_by, stop_why,"  # noqa: S608 - constants
        f" since_us, {', '.join(lease)})"
        f" SELECT v.*, %s, %s, %s, true, '', '', {lease['renewed_us']}, {', '.join(lease.values())}"
        f" FROM ({_values(rows)}) AS v RETURNING id"
    )
    return sql, [claim.id, claim.holder, claim.why, *_params(rows)]


def _values(rows: Sequence[LockRow]) -> str:
    """As many rows; the first SELECT names the columns, as VALUES can't on SQLite."""
    return "SELECT %s AS resource, %s AS lock, %s AS kind" + " UNION ALL SELECT %s, %s, %s" * (len(rows) - 1)


def _params(rows: Sequence[LockRow]) -> Params:
    return [value for row in rows for value in (row.resource, row.lock, row.kind)]
