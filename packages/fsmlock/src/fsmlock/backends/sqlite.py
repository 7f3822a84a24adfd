"""SQLite: one writer at a time on one host."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from fsmlock import clock
from fsmlock.backends.dialects import insertion, now_us, run
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.base import WaitQueue
    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim

#: Without a wake-up a waiter looks again after 4 to 16 ms.
_LOOK_AGAIN_S = (0.004, 0.016)


class SQLite:
    """One writer at a time on one host: the write lock decides, the host's own clock tells the time."""

    keeps_expired_rows = False

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self._told: Any = None

    def now(self) -> str:
        """It does not follow the wall clock, and is the same for every process that can open the file.

        A function, since a statement may wait long for the write lock: the time counts from when it has it.
        """
        raw = self.connection.connection
        if raw is None or raw is not self._told:
            self.connection.ensure_connection()
            self._told = self.connection.connection
            self._told.create_function("fsmlock_now", 0, now_us)
        return "fsmlock_now()"

    def effective(self, now: str) -> str:
        """What counts is what is seen."""
        return f"kind <> 'broken' AND {self.unexpired(now)}"

    def unexpired(self, now: str) -> str:
        """A row renewed in the future was written before this host started anew: its clock began again.

        What a state keeps outlives that.
        """
        return f"expires_us > {now} AND (renewed_us <= {now} OR expires_us > renewed_us + {YEAR_US})"

    def lease_columns(self, lease_us: int) -> dict[str, str]:
        """The store's clock is the host's."""
        now = self.now()
        return {"renewed_us": now, "expires_us": f"{now} + {lease_us}"}

    def renewable_rows(self, resources: Sequence[str], *, repeated: bool, wait: bool) -> tuple[str, Params]:
        """Whose lease is over may be overlooked by a taker: it can't go on, unless we have the write lock."""
        del wait
        marks = ", ".join(["%s"] * len(resources))
        alive = "" if repeated else f" AND {self.unexpired(self.now())}"
        sql = f"resource IN ({marks}){alive} AND NOT waits AND kind <> 'broken' AND claim = %s"
        return sql, list(resources)

    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """A single statement is atomic here, and the ids that it gives follow one another.

        RETURNING would cost a second table in memory, as large as malloc gives back to the system each time.
        """
        now = self.now()
        with self.connection.cursor() as cursor:
            cursor.execute(*insertion(claim, ticket, lease_us, now=now, alive=self.effective(now)))
            if not cursor.rowcount:
                return ()
            first = cursor.lastrowid - len(claim.rows) + 1
        return [(first + n, row.resource, row.kind) for n, row in enumerate(claim.rows)]

    def delete_expired(self, resources: Sequence[str]) -> None:
        """They don't."""

    def lock_decisions(self, claim: Claim) -> None:
        """The first write of the transaction does it."""

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """Waiters look for themselves."""
        marks = ", ".join(["%s"] * len(resources))
        run(
            self.connection,
            f"DELETE FROM fsmlock_hold WHERE resource IN ({marks})"  # noqa: S608 only constants and placeholders
            f" AND (claim = %s OR expires_us <= {self.now()})",
            [*resources, claim_id],
        )

    def leave_queue(self, claim_id: str, resources: Sequence[str]) -> None:
        """Waiters look for themselves."""
        marks = ", ".join(["%s"] * len(resources))
        sql = f"DELETE FROM fsmlock_hold WHERE resource IN ({marks}) AND claim = %s AND waits"  # noqa: S608 only constants and placeholders
        run(self.connection, sql, [*resources, claim_id])

    def wake(self, resources: Sequence[str]) -> None:
        """Waiters look for themselves."""

    def wait_queue(self, claim_id: str, conflict: str, params: Params) -> WaitQueue:
        """Looks without writing, so that waiting takes no write lock."""
        return SQLiteWaiter(self.connection, claim_id, f"{conflict} AND {self.effective(self.now())}", params)


class SQLiteWaiter:
    """The place of one claim in the wait queue."""

    def __init__(self, connection: BaseDatabaseWrapper, claim_id: str, conflict: str, params: Params) -> None:
        self._connection = connection
        self._conflict = conflict
        self._params = params
        self._claim = claim_id

    def wait(self, seconds: float) -> None:
        """Wait until the claim may be next, at most ``seconds``."""
        until = clock.now() + seconds
        first = "(SELECT coalesce(min(id), 0) FROM fsmlock_hold WHERE claim = %s AND waits)"
        while (left := until - clock.now()) > 0:
            time.sleep(min(left, random.uniform(*_LOOK_AGAIN_S)))  # noqa: S311 jitter, no secret
            sql = f"SELECT 1 FROM fsmlock_hold WHERE {self._conflict} AND (NOT waits OR id < {first}) LIMIT 1"  # noqa: S608 only constants and placeholders
            if not run(self._connection, sql, [*self._params, self._claim]):
                return

    def close(self) -> None:
        """Stop waiting."""
