"""PostgreSQL: any number of hosts; decisions about one object are serialised."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction

from fsmlock import clock
from fsmlock.backends.base import PollingWaiter
from fsmlock.backends.dialects import Dialect, marks, now_us, run
from fsmlock.backends.functions import GONE, TAKE, gone_params, take_params

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.base import WaitQueue
    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim

_NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"


class PostgreSQL(Dialect):
    """Advisory locks serialise decisions, the server's clock counts, NOTIFY wakes the next waiter."""

    keeps_expired_rows = True

    def now(self) -> str:
        """The clock goes on inside a transaction."""
        return _NOW

    def effective(self, now: str) -> str:
        """Expired rows count until they are deleted: an open transaction may have renewed them."""
        del now
        return "kind <> 'broken'"

    def unexpired(self, now: str) -> str:
        """Holds of this host are judged by the host's clock, whatever happens to the server's."""
        boot, here = clock.boot_id(), now_us()
        if not boot:
            return f"expires_us > {now}"
        return f"CASE WHEN clock = '{boot}' THEN clock_expires_us > {here} ELSE expires_us > {now} END"

    def lease_columns(self, lease_us: int) -> dict[str, str]:
        """The end of the lease by the server's clock and by this host's."""
        return {
            "renewed_us": _NOW,
            "expires_us": f"{_NOW} + {lease_us}",
            "clock": f"'{clock.boot_id()}'",
            "clock_expires_us": str(now_us() + lease_us),
        }

    def renewable_rows(self, resources: Sequence[str], *, repeated: bool, wait: bool) -> tuple[str, Params]:
        """Whoever takes over deletes expired rows: all that are left can be renewed."""
        del repeated
        sql = f"resource IN ({marks(resources)}) AND NOT waits AND kind <> 'broken' AND claim = %s"
        if not wait:
            sql = f"id IN (SELECT id FROM fsmlock_hold WHERE {sql} FOR UPDATE SKIP LOCKED)"  # noqa: S608 - only constants and placeholders
        return sql, list(resources)

    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """Call a function that takes the advisory locks and then decides."""
        params = take_params(claim, ticket, lease_us, _advisory_locks(claim), now_us())
        if not self.connection.in_atomic_block:
            return run(self.connection, TAKE, params)
        with transaction.atomic(using=self.connection.alias):
            rows = run(self.connection, TAKE, params)
            if not rows or rows[0][2] == "busy":
                # Rolling back the savepoint releases our advisory locks: a refusal keeps nobody waiting.
                transaction.set_rollback(True, using=self.connection.alias)
        return rows

    def delete_expired(self, resources: Sequence[str]) -> None:
        """Skip rows that an open transaction has renewed: it may still commit."""
        run(
            self.connection,
            "DELETE FROM fsmlock_hold WHERE id IN (SELECT id FROM fsmlock_hold"  # noqa: S608 - placeholders only
            f" WHERE resource IN ({marks(resources)}) AND NOT ({self.unexpired(_NOW)})"
            " FOR UPDATE SKIP LOCKED)",
            list(resources),
        )

    def lock_decisions(self, claim: Claim) -> None:
        """Take the same advisory locks as ``try_insert``."""
        for number, exclusive in _advisory_locks(claim):
            mode = "" if exclusive else "_shared"
            run(self.connection, f"SELECT pg_advisory_xact_lock{mode}(%s)", [number])

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """Call a function that deletes and notifies."""
        run(self.connection, GONE, gone_params(claim_id, resources, only_waiting=False))

    def leave_queue(self, claim_id: str, resources: Sequence[str]) -> None:
        """Call a function that deletes and notifies."""
        run(self.connection, GONE, gone_params(claim_id, resources, only_waiting=True))

    def wake(self, resources: Sequence[str]) -> None:
        """Notify every waiter."""
        run(
            self.connection,
            "SELECT pg_notify('fsmlock_' || claim, '') FROM fsmlock_hold"  # noqa: S608 - only constants and placeholders
            f" WHERE waits AND resource IN ({marks(resources)})",
            list(resources),
        )

    def wait_queue(self, claim_id: str, conflict: str, params: Params) -> WaitQueue:
        """LISTEN, or poll inside a transaction, where notifications don't arrive."""
        del conflict, params
        return (
            PollingWaiter()
            if self.connection.in_atomic_block
            else PostgreSQLWaiter(self.connection, claim_id)
        )


class PostgreSQLWaiter:
    """A LISTEN on Django's own connection, for the notification addressed to one claim."""

    def __init__(self, connection: BaseDatabaseWrapper, claim_id: str) -> None:
        self._connection = connection
        self._channel = f"fsmlock_{claim_id}"
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {self._channel}")
        # psycopg 2 can't wait for a notification.
        self._polling = (
            None if callable(getattr(connection.connection, "notifies", None)) else PollingWaiter()
        )

    def wait(self, seconds: float) -> None:
        """Sleep until notified, at most ``seconds``."""
        if self._polling is not None:
            self._polling.wait(seconds)
            return
        for _ in self._connection.connection.notifies(timeout=seconds, stop_after=1):
            return

    def close(self) -> None:
        """UNLISTEN, unless the connection is closed already or in a transaction."""
        if not self._connection.in_atomic_block and self._connection.connection is not None:
            with self._connection.cursor() as cursor:
                cursor.execute(f"UNLISTEN {self._channel}")


def _advisory_locks(claim: Claim) -> list[tuple[int, bool]]:
    """The keys in the order of all processes: exclusive for the objects themselves, shared for ancestors."""
    own = {request.resource for request in claim.requests}
    return [(advisory_key(resource), resource in own) for resource in claim.resources]


def advisory_key(resource: str) -> int:
    """The advisory lock of a resource. Two with the same key only wait for each other a little more."""
    return int.from_bytes(hashlib.blake2b(resource.encode(), digest_size=8).digest(), "big", signed=True)
