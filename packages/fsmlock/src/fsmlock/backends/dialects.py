"""SQL of the database backend: what every database shares, and what each does differently."""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from fsmlock import chunks, clock
from fsmlock.backends.kept_cursor import KeptCursor
from fsmlock.rules import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.base import WaitQueue
    from fsmlock.reasons import Reason
    from fsmlock.rules import Claim, LockRow

Params: TypeAlias = list[Any]

#: A waiter on a database without notifications checks again after a random time within these bounds.
_POLL_S = (0.004, 0.016)


class Dialect(ABC):
    """One connection to one kind of database. Each thread has its own.

    A new dialect implements six methods: ``now``, ``unexpired``, ``try_insert``, ``lock_decisions``,
    ``table`` and ``some_of_each``, and ``wait_queue``, ``wake`` and ``release`` if the database can notify
    waiters. Add it to ``fsmlock.backends.database`` and run its tests, which subclass
    :class:`fsmlock.testing.conformance.Conformance`, on that database.
    """

    #: Whether an expired row counts until it is deleted.
    keeps_expired_rows: ClassVar[bool] = False

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    @abstractmethod
    def now(self) -> str:
        """SQL for the store's clock in microseconds."""

    @abstractmethod
    def unexpired(self, now: str) -> str:
        """SQL condition: the lease of the row has not run out."""

    @abstractmethod
    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """Insert the rows of the claim unless another row blocks it, atomically.

        Return the id, resource and kind of each inserted row, those of the requests first; nothing if the
        claim is blocked; one row of the kind "busy" if another transaction keeps its decision open, and of
        the kind "stale" if the objects have other ancestors than the claim assumes.
        """

    @abstractmethod
    def lock_decisions(self, claim: Claim) -> None:
        """Keep everybody else from deciding about the claim's resources until the transaction ends."""

    @abstractmethod
    def table(self, rows: Sequence[Sequence[str]], columns: Sequence[str]) -> tuple[str, Params]:
        """The rows as a table in FROM, with the names of its columns, however many rows there are."""

    @abstractmethod
    def some_of_each(self, table: str, some: str) -> str:
        """SQL in FROM: those rows of ``fsmlock_hold`` that ``some`` finds for each row of the table.

        ``some`` is all from WHERE on, may name the table's columns, and has a limit.
        """

    def problems(self) -> Sequence[Reason]:
        """What keeps the dialect from working on this database, such as a migration that hasn't run."""
        return ()

    def lease_columns(self, lease_us: int) -> dict[str, str]:
        """SQL for the columns that say how long a row written now is valid."""
        now = self.now()
        return {"renewed_us": now, "expires_us": f"{now} + {lease_us}"}

    def renewable_rows(self, claim: Claim, *, repeated: bool, wait: bool) -> tuple[str, Params]:
        """SQL condition for the rows of a claim that can be renewed.

        ``repeated``: renewed in this transaction already, so nobody can have taken over an expired row.
        Without ``wait`` rows that another transaction has locked are left out.
        """
        del wait
        unexpired = "" if repeated or self.keeps_expired_rows else f" AND {self.unexpired(self.now())}"
        sql, params = rows_of(claim, "held", "blocked")
        return f"{sql}{unexpired} AND NOT waits", params

    def delete_expired(self, resources: Sequence[str]) -> None:
        """Delete expired rows, where nobody has locked them."""
        sql = (
            f"DELETE FROM fsmlock_hold WHERE resource IN ({marks(resources)})"  # noqa: S608 - placeholders only
            f" AND NOT ({self.unexpired(self.now())})"
        )
        run(self.connection, sql, list(resources))

    def release(self, claim: Claim) -> None:
        """Delete the rows of the claim, and notify the next waiters."""
        where, params = all_rows_of(claim)
        run(self.connection, f"DELETE FROM fsmlock_hold WHERE {where}", params)  # noqa: S608 - placeholders only

    def leave_queue(self, claim: Claim) -> None:
        """Delete the claim's place in the queue, and notify the next waiter: both may be compatible."""
        where, params = rows_of(claim, "held", "blocked")
        run(self.connection, f"DELETE FROM fsmlock_hold WHERE {where} AND waits", params)  # noqa: S608 - placeholders only

    def wake(self, resources: Sequence[str]) -> None:
        """Notify the waiters of each resource."""
        del resources

    def wait_queue(self, claim_id: str, conflict: str, params: Params) -> WaitQueue:
        """Return the place of a waiting claim; ``conflict`` is SQL for the rows that may block it."""
        unexpired = f"kind <> 'broken' AND {self.unexpired(self.now())}"
        return DatabaseWaiter(self.connection, claim_id, f"{conflict} AND {unexpired}", params)


class DatabaseWaiter:
    """Polls without writing, so that waiting takes no write lock."""

    def __init__(self, connection: BaseDatabaseWrapper, claim_id: str, conflict: str, params: Params) -> None:
        self._connection = connection
        self._conflict = conflict
        self._params = params
        self._claim = claim_id

    def wait(self, seconds: float) -> None:
        """Sleep until nothing blocks the claim, at most ``seconds``."""
        until = clock.now() + seconds
        first = "(SELECT coalesce(min(id), 0) FROM fsmlock_hold WHERE claim = %s AND waits)"
        sql = f"SELECT 1 FROM fsmlock_hold WHERE {self._conflict} AND (NOT waits OR id < {first}) LIMIT 1"  # noqa: S608 - placeholders only
        while (left := until - clock.now()) > 0:
            time.sleep(min(left, random.uniform(*_POLL_S)))  # noqa: S311 - jitter, no secret
            if not run(self._connection, sql, [*self._params, self._claim]):
                return

    def close(self) -> None:
        """Nothing to close."""


def run(connection: BaseDatabaseWrapper, sql: str, params: Params) -> list[Any]:
    """Execute one statement and return its rows."""
    with KeptCursor(connection) as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def now_us() -> int:
    """The clock of this host in microseconds."""
    return int(clock.now() * 1_000_000)


def marks(values: Collection[object]) -> str:
    """One placeholder for each value."""
    return ", ".join(["%s"] * len(values))


def is_small(claim: Claim) -> bool:
    """Whether a statement may name every request of the claim."""
    return len(claim.rows) <= chunks.MOST


def rows_of(claim: Claim, *kinds: str) -> tuple[str, Params]:
    """SQL condition for the rows of a claim: a look into the index for each, whatever else is held."""
    names, resources = claim.lock_names, claim.resources
    sql = (
        f"resource IN ({marks(resources)}) AND lock IN ({marks(names)}) AND kind IN {kinds!r} AND claim = %s"
    )
    return sql, [*resources, *names, claim.id]


def all_rows_of(claim: Claim) -> tuple[str, Params]:
    """The same for every kind of row; and those of a state's claim wherever they are: it may move."""
    if claim.is_of_state:
        return "claim = %s", [claim.id]
    return rows_of(claim, "held", "blocked", "broken", "retrying", "later")


def conflict_sql(claim: Claim) -> tuple[str, Params]:
    """``rules.conflicts`` as SQL over resource, kind and lock. Specification: fsmlock/rules.py."""
    parts: list[str] = []
    params: Params = []
    for request in claim.requests:
        compatible = request.compatible_with
        excluding = f" AND lock NOT IN ({marks(compatible)})" if compatible else ""
        blocked = "" if request.lock == EVERYTHING else " AND lock = %s"
        parts.append(f"(resource = %s AND ((kind = 'held'{excluding}) OR (kind = 'blocked'{blocked})))")
        params += [request.resource, *compatible, *([request.lock] if blocked else [])]
        for inherited in request.inherited:
            names = {*inherited.names, EVERYTHING}
            parts.append(f"(resource = %s AND kind = 'held' AND lock IN ({marks(names)}))")
            params += [inherited.resource, *names]
    return f"({' OR '.join(parts)})", params


def blocking_sql(claim: Claim, ticket: int | None) -> tuple[str, Params]:
    """``rules.blocking_rows`` as SQL over fsmlock_hold. Specification: fsmlock/rules.py."""
    where, params = conflict_sql(claim)
    own = [claim.id, *claim.nested_in]
    before = claim.behind(ticket)
    earlier = "" if before is None else f" AND (NOT waits OR id < {int(before)})"
    return f"{where} AND claim NOT IN ({marks(own)}){earlier}", [*params, *own]


def insert_waiting(dialect: Dialect, claim: Claim, rows: Sequence[LockRow], lease: Mapping[str, str]) -> int:
    """Insert ``rows`` as those of a waiter; return the first id. ``lease`` comes from ``lease_columns``."""
    table, params = dialect.table(
        [[row.resource, row.lock, row.kind] for row in rows], ["object", "name", "use"]
    )
    sql = (
        "INSERT INTO fsmlock_hold (resource, lock, kind, claim, holder, why, waits, stop_by, stop_why,"  # noqa: S608 - constants
        f" since_us, {', '.join(lease)})"
        f" SELECT object, name, use, %s, %s, %s, true, '', '', {lease['renewed_us']},"
        f" {', '.join(lease.values())} FROM {table} RETURNING id"
    )
    ids = run(dialect.connection, sql, [claim.id, claim.holder, claim.why, *params])
    return min(int(row[0]) for row in ids)
