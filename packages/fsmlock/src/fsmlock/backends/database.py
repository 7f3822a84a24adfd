"""Holds in the project's own database: SQLite or PostgreSQL, nothing else to run.

Every decision first writes the fence rows of all objects concerned, in one fixed order. That serialises the
deciders without a deadlock, and hands out the tokens. The clock is the database's: on PostgreSQL the server's;
on SQLite the clock of the one host that may open the file, which does not follow the wall clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.db import connections, transaction

from fsmlock import clock
from fsmlock.backends.base import Granted, HoldInfo, InTheWay, Renewed
from fsmlock.errors import FsmlockError
from fsmlock.rules import Claim, Kind, Standing, in_the_way

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

_NOW = {"postgresql": "(extract(epoch from clock_timestamp()) * 1000000)::bigint"}
_COLUMNS = (
    "claim, resource, lock, kind, token, holder, why, lease_us, since_us, renewed_us, expires_us,"
    " stop_by, stop_why"
)
_INSERT = f"INSERT INTO fsmlock_hold ({_COLUMNS}) VALUES "  # noqa: S608 - constants only
_ONE = "(" + ", ".join(["%s"] * 13) + ")"
_SELECT = f"SELECT {_COLUMNS} FROM fsmlock_hold "  # noqa: S608 - constants only


def _now(connection: BaseDatabaseWrapper) -> str:
    """SQL for the store's clock in microseconds."""
    if connection.vendor == "sqlite":
        return str(int(clock.now() * 1_000_000))
    try:
        return _NOW[connection.vendor]
    except KeyError:
        raise FsmlockError(
            f"The database backend of fsmlock works on SQLite and PostgreSQL, not on {connection.vendor}."
            " Set FSMLOCK['BACKEND'] to 'fsmlock.backends.redis.RedisBackend'."
        ) from None


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


class _Row(tuple[object, ...]):
    """A row of fsmlock_hold, in the order of _COLUMNS."""

    __slots__ = ()

    def standing(self) -> Standing:
        claim, resource, lock, kind = self[:4]
        return Standing(claim=str(claim), resource=str(resource), lock=str(lock), kind=cast("Kind", kind))

    def alive(self, now: int) -> bool:
        # A hold renewed in the future was written before this host started anew: its clock began again.
        return self[3] != "broken" and cast("int", self[9]) <= now < cast("int", self[10])

    def info(self, now: int) -> HoldInfo:
        read_at = datetime.now(UTC)
        since, expires = cast("int", self[8]), cast("int", self[10])
        return HoldInfo(
            claim=str(self[0]),
            resource=str(self[1]),
            lock=str(self[2]),
            kind=cast("Kind", self[3]),
            token=cast("int", self[4]),
            holder=str(self[5]),
            why=str(self[6]),
            since=read_at - timedelta(microseconds=now - since),
            expires_at=read_at + timedelta(microseconds=expires - now),
            cancel_requested_by=str(self[11]) or None,
            cancel_why=str(self[12]),
        )


class DatabaseBackend:
    """The default backend."""

    def take(self, claim: Claim, *, using: str) -> Granted | InTheWay:
        """Fences first (they serialise), then look, then write."""
        connection = connections[using]
        with transaction.atomic(using=using), connection.cursor() as cursor:
            tokens, now = self._enter(cursor, connection, claim.resources())
            rows = self._rows(cursor, claim.resources())
            alive = [row for row in rows if row.alive(now)]
            found = in_the_way(claim, [row.standing() for row in alive])
            if found:
                return InTheWay(holds=tuple(r.info(now) for r in alive if r.standing() in found))
            self._sweep(cursor, rows, now)
            self._write(cursor, claim, tokens, now)
        return Granted(tokens={w.resource: tokens[w.resource] for w in claim.wants})

    def _enter(
        self, cursor: CursorWrapper, connection: BaseDatabaseWrapper, keys: Sequence[str]
    ) -> tuple[dict[str, int], int]:
        values = ", ".join(["(%s, 1)"] * len(keys))
        cursor.execute(
            f"INSERT INTO fsmlock_fence (key, token) VALUES {values}"  # noqa: S608 - placeholders only
            " ON CONFLICT (key) DO UPDATE SET token = fsmlock_fence.token + 1"
            f" RETURNING key, token, {_now(connection)}",
            list(keys),
        )
        found = cursor.fetchall()
        # On SQLite the clock must be read after the write lock was had, which may have taken a while.
        now = int(clock.now() * 1_000_000) if connection.vendor == "sqlite" else max(row[2] for row in found)
        return {key: token for key, token, _ in found}, now

    def _rows(self, cursor: CursorWrapper, resources: Sequence[str]) -> list[_Row]:
        cursor.execute(f"{_SELECT} WHERE resource IN ({_marks(resources)}) ORDER BY id", list(resources))
        return [_Row(row) for row in cursor.fetchall()]

    def _sweep(self, cursor: CursorWrapper, rows: Sequence[_Row], now: int) -> None:
        """Rows of the dead go, whole claims at a time, so that a holder that comes back finds nothing."""
        dead = sorted({str(row[0]) for row in rows if not row.alive(now)})
        if dead:
            cursor.execute(f"DELETE FROM fsmlock_hold WHERE claim IN ({_marks(dead)})", dead)  # noqa: S608

    def _write(self, cursor: CursorWrapper, claim: Claim, tokens: Mapping[str, int], now: int) -> None:
        rows = claim.rows()
        params: list[str | int] = []
        for row in rows:
            params += [row.claim, row.resource, row.lock, row.kind, tokens[row.resource], claim.holder]
            params += [claim.why, claim.lease_us, now, now, now + claim.lease_us, "", ""]
        cursor.execute(_INSERT + ", ".join([_ONE] * len(rows)), params)

    def renew(self, claim_id: str, lease_us: int, *, using: str) -> Renewed:
        """One statement."""
        connection = connections[using]
        now = _now(connection)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE fsmlock_hold SET renewed_us = {now}, expires_us = {now} + %s"  # noqa: S608
                f" WHERE claim = %s AND kind <> 'broken' AND expires_us > {now}"
                " RETURNING stop_by, stop_why",
                [lease_us, claim_id],
            )
            found = cursor.fetchall()
            if found:
                return Renewed(alive=True, by=found[0][0], why=found[0][1])
            cursor.execute("SELECT stop_by, stop_why FROM fsmlock_hold WHERE claim = %s", [claim_id])
            left = cursor.fetchone() or ("", "")
        return Renewed(alive=False, by=left[0], why=left[1])

    def release(self, claim_id: str, *, using: str) -> None:
        """One statement."""
        with connections[using].cursor() as cursor:
            cursor.execute("DELETE FROM fsmlock_hold WHERE claim = %s", [claim_id])

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """One query, however many resources."""
        connection = connections[using]
        now = _now(connection)
        if resources is None:
            where, params = f"kind = 'held' AND expires_us > {now}", []
        elif resources:
            where, params = f"resource IN ({_marks(resources)})", sorted(resources)
        else:
            return ()
        at_most = "" if limit is None else f" LIMIT {int(limit)}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {_COLUMNS}, {now} FROM fsmlock_hold WHERE {where} ORDER BY id{at_most}",  # noqa: S608
                params,
            )
            found = [(_Row(row[:-1]), row[-1]) for row in cursor.fetchall()]
        return tuple(row.info(now) for row, now in found if row.alive(now))

    def stop(
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """A broken hold stays written as such, so that its holder can be told who broke it."""
        met = [h for h in self.find([resource], using=using) if h.kind == "held" and h.lock == lock]
        if not met:
            return ()
        kind = "kind = 'broken', " if force else ""
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"UPDATE fsmlock_hold SET {kind}stop_by = %s, stop_why = %s"  # noqa: S608
                f" WHERE claim IN ({_marks(met)}) RETURNING claim",
                [by, why, *(h.claim for h in met)],
            )
            reached = {row[0] for row in cursor.fetchall()}
        return tuple(h for h in met if h.claim in reached)

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str) -> bool:
        """Renewing inside the transaction locks the rows: nobody can take over before it ends."""
        del tokens
        return self.renew(claim.id, claim.lease_us, using=using).alive
