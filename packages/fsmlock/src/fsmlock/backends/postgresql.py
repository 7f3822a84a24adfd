"""PostgreSQL: any number of hosts; decisions are made one after the other for each object."""

from __future__ import annotations

import hashlib
import random
import time
from typing import TYPE_CHECKING

from django.db import transaction

from fsmlock import clock
from fsmlock.backends.dialects import now_us, run
from fsmlock.backends.functions import GONE, TAKE, gone_params, take_params

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.base import WaitQueue
    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim


class PostgreSQL:
    """Advisory locks around the decision, the server's clock, NOTIFY to wake the next in line."""

    keeps_expired_rows = True
    _NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def now(self) -> str:
        """Also inside a transaction it goes on."""
        return self._NOW

    def effective(self, now: str) -> str:
        """Dead rows count until they are cleared: a transaction may have renewed them unseen."""
        del now
        return "kind <> 'broken'"

    def unexpired(self, now: str) -> str:
        """Holders on this host are judged by its own clock, however the server's is moved."""
        name, here = clock.boot_id(), now_us()
        if not name:
            return f"expires_us > {now}"
        return f"CASE WHEN clock = '{name}' THEN clock_expires_us > {here} ELSE expires_us > {now} END"

    def lease_columns(self, lease_us: int) -> dict[str, str]:
        """By the server's clock and by this host's."""
        return {
            "renewed_us": self._NOW,
            "expires_us": f"{self._NOW} + {lease_us}",
            "clock": f"'{clock.boot_id()}'",
            "clock_expires_us": str(now_us() + lease_us),
        }

    def renewable_rows(self, resources: Sequence[str], *, repeated: bool, wait: bool) -> tuple[str, Params]:
        """A taker deletes what is in its way: what is left may go on."""
        del repeated
        marks = ", ".join(["%s"] * len(resources))
        sql = f"resource IN ({marks}) AND NOT waits AND kind <> 'broken' AND claim = %s"
        if not wait:
            sql = f"id IN (SELECT id FROM fsmlock_hold WHERE {sql} FOR UPDATE SKIP LOCKED)"  # noqa: S608 only constants and placeholders
        return sql, list(resources)

    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """One call of a function that locks and then looks."""
        params = take_params(claim, ticket, lease_us, _numbers(claim), now_us())
        if not self.connection.in_atomic_block:
            return run(self.connection, TAKE, params)
        with transaction.atomic(using=self.connection.alias):
            rows = run(self.connection, TAKE, params)
            if not rows or rows[0][2] == "busy":
                # The savepoint goes back, and with it our advisory locks: a refusal keeps nobody waiting.
                transaction.set_rollback(True, using=self.connection.alias)
        return rows

    def delete_expired(self, resources: Sequence[str]) -> None:
        """All but those that an open transaction has renewed: it may still commit."""
        marks = ", ".join(["%s"] * len(resources))
        run(
            self.connection,
            "DELETE FROM fsmlock_hold WHERE id IN (SELECT id FROM fsmlock_hold"  # noqa: S608 - placeholders only
            f" WHERE resource IN ({marks}) AND NOT ({self.unexpired(self._NOW)}) FOR UPDATE SKIP LOCKED)",
            list(resources),
        )

    def lock_decisions(self, claim: Claim) -> None:
        """The same advisory locks as for a decision."""
        for number, exclusive in _numbers(claim):
            mode = "" if exclusive else "_shared"
            run(self.connection, f"SELECT pg_advisory_xact_lock{mode}(%s)", [number])

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """One call of a function that deletes and wakes."""
        run(self.connection, GONE, gone_params(claim_id, resources, only_waiting=False))

    def leave_queue(self, claim_id: str, resources: Sequence[str]) -> None:
        """One call of a function that deletes and wakes."""
        run(self.connection, GONE, gone_params(claim_id, resources, only_waiting=True))

    def wake(self, resources: Sequence[str]) -> None:
        """Notifies all of them."""
        marks = ", ".join(["%s"] * len(resources))
        run(
            self.connection,
            "SELECT pg_notify('fsmlock_' || claim, '') FROM fsmlock_hold"  # noqa: S608 only constants and placeholders
            f" WHERE waits AND resource IN ({marks})",
            list(resources),
        )

    def wait_queue(self, claim_id: str, conflict: str, params: Params) -> WaitQueue:
        """Hears the NOTIFY addressed to this claim."""
        del conflict, params
        return PostgreSQLWaiter(self.connection, claim_id)


class PostgreSQLWaiter:
    """A LISTEN on Django's own connection; inside a transaction (where it can't hear) a short sleep."""

    def __init__(self, connection: BaseDatabaseWrapper, claim_id: str) -> None:
        self._connection = connection
        self._channel = f"fsmlock_{claim_id}"
        self._hears = False
        if not self._connection.in_atomic_block:
            with self._connection.cursor() as cursor:
                cursor.execute(f"LISTEN {self._channel}")
            self._hears = hasattr(self._connection.connection, "notifies") and callable(
                self._connection.connection.notifies
            )

    def wait(self, seconds: float) -> None:
        """Wait until the claim may be next, at most ``seconds``."""
        if self._hears:
            for _ in self._connection.connection.notifies(timeout=seconds, stop_after=1):
                return
        else:
            time.sleep(min(seconds, random.uniform(0.02, 0.08)))  # noqa: S311 jitter, no secret

    def close(self) -> None:
        """Stop waiting."""
        if not self._connection.in_atomic_block and self._connection.connection is not None:
            with self._connection.cursor() as cursor:
                cursor.execute(f"UNLISTEN {self._channel}")


def _numbers(claim: Claim) -> list[tuple[int, bool]]:
    """The advisory locks in the one order: exclusive for the objects themselves, shared for ancestors."""
    own = {want.resource for want in claim.requests}
    return [(_number(resource), resource in own) for resource in claim.resources]


def _number(resource: str) -> int:
    """The advisory lock of a resource. Two with the same number only wait for each other a little more."""
    return int.from_bytes(hashlib.blake2b(resource.encode(), digest_size=8).digest(), "big", signed=True)
