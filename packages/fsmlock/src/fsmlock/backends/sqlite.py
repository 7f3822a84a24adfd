"""SQLite: one writer at a time on one host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from fsmlock.backends.ancestry import encode
from fsmlock.backends.dialects import Dialect, now_us
from fsmlock.backends.kept_cursor import KeptCursor
from fsmlock.backends.sqlite_statements import (
    Statement,
    ancestry,
    insert,
    insert_alone,
    insert_values,
    release_values,
    shape_of,
)
from fsmlock.reasons import Reason
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim

#: Modes in which a transaction waits for the write lock when it begins, instead of failing when it writes.
_WAITING_MODES = ("IMMEDIATE", "EXCLUSIVE")


def begins_deferred(connection: BaseDatabaseWrapper) -> bool:
    """Whether a transaction that has read fails at its first write while somebody else writes."""
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode") or "DEFERRED"
    return str(mode).upper() not in _WAITING_MODES


def locked_reason(connection: BaseDatabaseWrapper) -> Reason:
    """Why SQLite did not let us write."""
    params = {"alias": connection.alias}
    if begins_deferred(connection) and connection.in_atomic_block:
        message = gettext(
            "The SQLite database %(alias)s is locked: this transaction has read, and somebody else writes."
        )
        remedy = gettext(
            "Set the option transaction_mode of the database %(alias)s to IMMEDIATE,"
            " or acquire the hold before the transaction."
        )
    else:
        message = gettext("The SQLite database %(alias)s is locked: somebody else writes for too long.")
        remedy = gettext("Try again in a moment. Keep transactions short.")
    return Reason(code="database_locked", message=message % params, remedy=remedy % params, params=params)


class SQLite(Dialect):
    """The database's write lock makes decisions atomic. The host's monotonic clock is the store's clock."""

    keeps_expired_rows = True

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(connection)
        #: The raw connection that has the SQL function of the clock.
        self._prepared: Any = None

    def now(self) -> str:
        """Read the host's monotonic clock, which is the same for every process that can open the file.

        It is an SQL function: a statement may wait long for the write lock, and the time counts from when it
        has it.
        """
        raw = self.connection.connection
        if raw is None or raw is not self._prepared:
            self.connection.ensure_connection()
            self._prepared = self.connection.connection
            self._prepared.create_function("fsmlock_now", 0, now_us)
        return "fsmlock_now()"

    def unexpired(self, now: str) -> str:
        """Rows renewed in the future were written before a reboot, when the clock started anew.

        Unlimited leases survive that.
        """
        return f"expires_us > {now} AND (renewed_us <= {now} OR expires_us > renewed_us + {YEAR_US})"

    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """Execute one statement, which is atomic here; the ids that it assigns are consecutive.

        RETURNING would need a second table in memory, large enough for malloc to return it to the system
        every time.
        """
        self.now()
        shape = shape_of(claim)
        values, objects, own = insert_values(claim, shape, ticket, lease_us)
        condition = ancestry(claim, self.connection.alias, values)
        check = f" AND {condition}" if condition else ""
        with KeptCursor(self.connection) as cursor:
            cursor.execute(Statement(insert_alone(shape, objects) + check), values)
            if not cursor.rowcount:
                cursor.execute(Statement(insert(shape, own) + check), values)
            if cursor.rowcount:
                first = cursor.lastrowid - len(claim.rows) + 1
                return [(first + n, row.resource, row.kind) for n, row in enumerate(claim.rows)]
            if condition:
                cursor.execute(Statement(f"SELECT {condition}"), values)
                if not cursor.fetchall()[0][0]:
                    return [(0, "", "stale")]
        return ()

    def table(self, rows: Sequence[Sequence[str]], columns: Sequence[str]) -> tuple[str, Params]:
        """One parameter with all rows as JSON."""
        named = ", ".join(f"json_extract(value, '$[{n}]') AS {column}" for n, column in enumerate(columns))
        return f"(SELECT {named} FROM json_each(%s)) AS wanted", [encode(rows)]  # noqa: S608 - constants only

    def some_of_each(self, table: str, some: str) -> str:
        """The ids of each, then their rows: SQLite has no lateral joins."""
        ids = f"SELECT id FROM fsmlock_hold {some}"  # noqa: S608 - only constants and placeholders
        return f"{table} CROSS JOIN fsmlock_hold AS found ON found.id IN ({ids})"

    def release(self, claim: Claim) -> None:
        """Execute a statement that is the same for all claims of this size."""
        if claim.is_of_state:
            super().release(claim)
            return
        held, whatever, values = release_values(claim)
        with KeptCursor(self.connection) as cursor:
            cursor.execute(held, values)
            if cursor.rowcount != len(claim.rows):
                cursor.execute(whatever, values)

    def lock_decisions(self, claim: Claim) -> None:
        """Nothing to do: the first write of the transaction takes the write lock."""
