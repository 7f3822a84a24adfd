"""SQLite: one writer at a time on one host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fsmlock.backends.dialects import Dialect, insert_unless_blocked, now_us
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.rules import Claim


class SQLite(Dialect):
    """The database's write lock makes decisions atomic. The host's monotonic clock is the store's clock."""

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
        now = self.now()
        with self.connection.cursor() as cursor:
            cursor.execute(
                *insert_unless_blocked(claim, ticket, lease_us, now=now, effective=self.effective(now))
            )
            if not cursor.rowcount:
                return ()
            first = cursor.lastrowid - len(claim.rows) + 1
        return [(first + n, row.resource, row.kind) for n, row in enumerate(claim.rows)]

    def lock_decisions(self, claim: Claim) -> None:
        """Nothing to do: the first write of the transaction takes the write lock."""
