"""What SQLite and PostgreSQL do differently: the clock, the lock around a decision, and waking who waits."""

from __future__ import annotations

import hashlib
import random
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from django.db import connections, transaction

from fsmlock import clock
from fsmlock.backends.functions import GONE, TAKE, gone_params, take_params
from fsmlock.errors import FsmlockError
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fsmlock.backends.base import Line
    from fsmlock.rules import Claim

Params: TypeAlias = list[Any]
#: Without a wake-up a waiter looks again after 4 to 16 ms.
_LOOK_AGAIN_S = (0.004, 0.016)


class Insertion(Protocol):
    """Builds the deciding statement from a claim, its ticket and its lease."""

    def __call__(
        self, claim: Claim, ticket: int | None, lease: int, *, now: str, alive: str
    ) -> tuple[str, Params]:
        """``now`` and ``alive`` are SQL of the dialect."""
        ...


class Dialect(Protocol):
    """One database alias."""

    def now(self) -> str:
        """SQL for the store's clock in microseconds."""
        ...

    def alive(self, now: str) -> str:
        """SQL for a row that still counts in a decision."""
        ...

    def seen(self, now: str) -> str:
        """SQL for a row that is shown to readers."""
        ...

    def decide(
        self, claim: Claim, ticket: int | None, lease_us: int, insertion: Insertion
    ) -> Sequence[tuple[int, str, str]]:
        """Decide alone for all the claim's resources: insert its rows and answer them, or nothing."""
        ...

    def clear(self, resources: Sequence[str]) -> None:
        """Delete the dead rows that stand in the way of a decision, if any can."""
        ...

    def alone(self, claim: Claim) -> None:
        """Inside a transaction: until its end nobody else decides about the claim's objects."""
        ...

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """Delete the claim, clear the dead from its resources, wake who is next."""
        ...

    def leave_line(self, claim_id: str, resources: Sequence[str]) -> None:
        """Delete the claim's place in line, and wake who is next: it may go together with the claim."""
        ...

    def wake(self, resources: Sequence[str]) -> None:
        """Wake the first in line of each resource."""
        ...

    def line(self, claim_id: str, conflict: str, params: Params) -> Line:
        """Where the claim waits; ``conflict`` is SQL for what may stand in its way."""
        ...


def dialect_of(using: str) -> Dialect:
    """The dialect of a database alias."""
    vendor = connections[using].vendor
    if vendor == "sqlite":
        return SQLite(using)
    if vendor == "postgresql":
        return PostgreSQL(using)
    raise FsmlockError(
        f"The database backend of fsmlock works on SQLite and PostgreSQL, not on {vendor}."
        " Set FSMLOCK['BACKEND'] to 'fsmlock.backends.redis.RedisBackend'."
    )


def _run(using: str, sql: str, params: Params) -> list[Any]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _now_us() -> int:
    return int(clock.now() * 1_000_000)


class SQLite:
    """One writer at a time on one host: the write lock decides, the host's own clock tells the time."""

    def __init__(self, using: str) -> None:
        self._using = using

    def now(self) -> str:
        """It does not follow the wall clock, and is the same for every process that can open the file.

        A function, since a statement may wait long for the write lock: the time counts from when it has it.
        """
        connection = connections[self._using]
        connection.ensure_connection()
        raw = connection.connection
        if getattr(connection, "fsmlock_clock_of", None) is not raw:
            raw.create_function("fsmlock_now", 0, _now_us)
            connection.fsmlock_clock_of = raw  # type: ignore[attr-defined]
        return "fsmlock_now()"

    def alive(self, now: str) -> str:
        """What counts is what is seen."""
        return f"kind <> 'broken' AND {self.seen(now)}"

    def seen(self, now: str) -> str:
        """A row renewed in the future was written before this host started anew: its clock began again.

        What a state keeps outlives that.
        """
        return f"expires_us > {now} AND (renewed_us <= {now} OR expires_us > renewed_us + {YEAR_US})"

    def decide(
        self, claim: Claim, ticket: int | None, lease_us: int, insertion: Insertion
    ) -> Sequence[tuple[int, str, str]]:
        """A single statement is atomic here."""
        now = self.now()
        return _run(self._using, *insertion(claim, ticket, lease_us, now=now, alive=self.alive(now)))

    def clear(self, resources: Sequence[str]) -> None:
        """They don't."""

    def alone(self, claim: Claim) -> None:
        """The first write of the transaction does it."""

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """Waiters look for themselves."""
        marks = ", ".join(["%s"] * len(resources))
        _run(
            self._using,
            "DELETE FROM fsmlock_hold WHERE claim = %s"  # noqa: S608 only constants and placeholders
            f" OR (resource IN ({marks}) AND expires_us <= {self.now()})",
            [claim_id, *resources],
        )

    def leave_line(self, claim_id: str, resources: Sequence[str]) -> None:
        """Waiters look for themselves."""
        del resources
        _run(self._using, "DELETE FROM fsmlock_hold WHERE claim = %s AND waits", [claim_id])

    def wake(self, resources: Sequence[str]) -> None:
        """Waiters look for themselves."""

    def line(self, claim_id: str, conflict: str, params: Params) -> Line:
        """Looks without writing, so that waiting takes no write lock."""
        return _Looking(self._using, claim_id, f"{conflict} AND {self.alive(self.now())}", params)


class _Looking:
    def __init__(self, using: str, claim_id: str, conflict: str, params: Params) -> None:
        self._using = using
        self._conflict = conflict
        self._params = params
        self._claim = claim_id

    def wait(self, seconds: float) -> None:
        until = clock.now() + seconds
        first = "(SELECT coalesce(min(id), 0) FROM fsmlock_hold WHERE claim = %s AND waits)"
        while (left := until - clock.now()) > 0:
            time.sleep(min(left, random.uniform(*_LOOK_AGAIN_S)))  # noqa: S311 jitter, no secret
            sql = f"SELECT 1 FROM fsmlock_hold WHERE {self._conflict} AND (NOT waits OR id < {first}) LIMIT 1"  # noqa: S608 only constants and placeholders
            if not _run(self._using, sql, [*self._params, self._claim]):
                return

    def close(self) -> None:
        pass


class PostgreSQL:
    """Advisory locks around the decision, the server's clock, NOTIFY to wake the next in line."""

    _NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

    def __init__(self, using: str) -> None:
        self._using = using

    def now(self) -> str:
        """Also inside a transaction it goes on."""
        return self._NOW

    def alive(self, now: str) -> str:
        """Dead rows count until they are cleared: a transaction may have renewed them unseen."""
        del now
        return "kind <> 'broken'"

    def seen(self, now: str) -> str:
        """Not yet run out."""
        return f"expires_us > {now}"

    def decide(
        self, claim: Claim, ticket: int | None, lease_us: int, insertion: Insertion
    ) -> Sequence[tuple[int, str, str]]:
        """One call of a function that locks and then looks."""
        del insertion
        params = take_params(claim, ticket, lease_us, _numbers(claim))
        if not connections[self._using].in_atomic_block:
            return _run(self._using, TAKE, params)
        with transaction.atomic(using=self._using):
            rows = _run(self._using, TAKE, params)
            if not rows:
                # The savepoint goes back, and with it our advisory locks: a refusal keeps nobody waiting.
                transaction.set_rollback(True, using=self._using)
        return rows

    def clear(self, resources: Sequence[str]) -> None:
        """All but those that an open transaction has renewed: it may still commit."""
        marks = ", ".join(["%s"] * len(resources))
        _run(
            self._using,
            "DELETE FROM fsmlock_hold WHERE id IN (SELECT id FROM fsmlock_hold"  # noqa: S608 - placeholders only
            f" WHERE resource IN ({marks}) AND expires_us <= {self._NOW} FOR UPDATE SKIP LOCKED)",
            list(resources),
        )

    def alone(self, claim: Claim) -> None:
        """The same advisory locks as for a decision."""
        for number, exclusive in _numbers(claim):
            mode = "" if exclusive else "_shared"
            _run(self._using, f"SELECT pg_advisory_xact_lock{mode}(%s)", [number])

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """One call of a function that deletes and wakes."""
        _run(self._using, GONE, gone_params(claim_id, resources, only_waiting=False))

    def leave_line(self, claim_id: str, resources: Sequence[str]) -> None:
        """One call of a function that deletes and wakes."""
        _run(self._using, GONE, gone_params(claim_id, resources, only_waiting=True))

    def wake(self, resources: Sequence[str]) -> None:
        """Notifies all of them."""
        marks = ", ".join(["%s"] * len(resources))
        _run(
            self._using,
            "SELECT pg_notify('fsmlock_' || claim, '') FROM fsmlock_hold"  # noqa: S608 only constants and placeholders
            f" WHERE waits AND resource IN ({marks})",
            list(resources),
        )

    def line(self, claim_id: str, conflict: str, params: Params) -> Line:
        """Hears the NOTIFY addressed to this claim."""
        del conflict, params
        return _Listening(self._using, claim_id)


class _Listening:
    """A LISTEN on Django's own connection; inside a transaction (where it can't hear) a short sleep."""

    def __init__(self, using: str, claim_id: str) -> None:
        self._connection = connections[using]
        self._channel = f"fsmlock_{claim_id}"
        self._hears = False
        if not self._connection.in_atomic_block:
            with self._connection.cursor() as cursor:
                cursor.execute(f"LISTEN {self._channel}")
            self._hears = hasattr(self._connection.connection, "notifies") and callable(
                self._connection.connection.notifies
            )

    def wait(self, seconds: float) -> None:
        if self._hears:
            for _ in self._connection.connection.notifies(timeout=seconds, stop_after=1):
                return
        else:
            time.sleep(min(seconds, random.uniform(0.02, 0.08)))  # noqa: S311 jitter, no secret

    def close(self) -> None:
        if not self._connection.in_atomic_block and self._connection.connection is not None:
            with self._connection.cursor() as cursor:
                cursor.execute(f"UNLISTEN {self._channel}")


def _numbers(claim: Claim) -> list[tuple[int, bool]]:
    """The advisory locks in the one order: exclusive for the objects themselves, shared for ancestors."""
    own = {want.resource for want in claim.wants}
    return [(_number(resource), resource in own) for resource in claim.resources]


def _number(resource: str) -> int:
    """The advisory lock of a resource. Two with the same number only wait for each other a little more."""
    return int.from_bytes(hashlib.blake2b(resource.encode(), digest_size=8).digest(), "big", signed=True)
