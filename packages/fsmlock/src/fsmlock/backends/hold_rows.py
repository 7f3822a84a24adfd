"""Read the rows of ``fsmlock_hold``, and find those that are in the way of a claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from fsmlock.backends.base import MOST_HOLDS, HoldInfo, row_kind
from fsmlock.backends.dialects import marks, run
from fsmlock.rules import blocking_rows

if TYPE_CHECKING:
    from fsmlock.backends.dialects import Dialect, Params
    from fsmlock.rules import Claim

_COLUMNS = "id, claim, resource, lock, kind, waits, holder, why, since_us, expires_us, stop_by, stop_why"


class InTheWay(NamedTuple):
    """What blocks a claim, and whether there may be more of that."""

    holds: tuple[HoldInfo, ...]
    more: bool = False


def select(dialect: Dialect, where: str, params: Params, *, limit: int | None = None) -> tuple[HoldInfo, ...]:
    """The unexpired rows that meet the condition, oldest first."""
    at_most = "" if limit is None else f" LIMIT {int(limit)}"
    now = dialect.now()
    sql = (
        f"SELECT {now}, {_COLUMNS} FROM fsmlock_hold"  # noqa: S608 - only constants and placeholders
        f" WHERE {where} AND {_counts(dialect, now)} ORDER BY id{at_most}"
    )
    return _read(dialect, sql, params)


def _counts(dialect: Dialect, now: str) -> str:
    return f"kind <> 'broken' AND {dialect.unexpired(now)}"


def _read(dialect: Dialect, sql: str, params: Params) -> tuple[HoldInfo, ...]:
    return tuple(_info(*row) for row in run(dialect.connection, sql, params))


def in_the_way(dialect: Dialect, claim: Claim, ticket: int | None) -> InTheWay:
    """The holds and waiters that block the claim, oldest first: all if there are few, else some."""
    by_row = {info.row(): info for info in sorted(_some_on(dialect, claim), key=lambda info: info.token)}
    blocking = tuple(by_row[row] for row in blocking_rows(claim, by_row, ticket))
    return InTheWay(blocking[:MOST_HOLDS], more=len(blocking) > MOST_HOLDS)


def _some_on(dialect: Dialect, claim: Claim) -> tuple[HoldInfo, ...]:
    """A few unexpired rows of other claims on its objects, for each lock and kind.

    It takes a look into the index for each of these, however many rows there are.
    """
    objects, values = dialect.table([[resource] for resource in claim.resources], ["object"])
    own, now = [claim.id, *claim.nested_in], dialect.now()
    some = (
        "WHERE resource = object AND lock = name AND kind = use"
        f" AND claim NOT IN ({marks(own)}) AND {_counts(dialect, now)}"
        # Without an order PostgreSQL might read the whole table until it meets the first of them.
        f" ORDER BY resource, lock, kind, claim LIMIT {MOST_HOLDS + 1}"
    )
    found = dialect.some_of_each(_GROUPS, some)
    return _read(dialect, f"{_PRESENT % objects} SELECT {now}, {_COLUMNS} FROM {found}", [*values, *own])  # noqa: S608 - only constants and placeholders


#: The names of all locks that have a row on an object of a table, which is to be filled in. Not by min(), for
#: which PostgreSQL may read all rows.
_PRESENT = (
    "WITH RECURSIVE present (object, name) AS ("
    " SELECT object, (SELECT lock FROM fsmlock_hold WHERE resource = object ORDER BY lock LIMIT 1) FROM %s"
    " UNION ALL"
    " SELECT object, (SELECT lock FROM fsmlock_hold WHERE resource = object AND lock > name"
    " ORDER BY lock LIMIT 1)"
    " FROM present WHERE name IS NOT NULL"
    ")"
)
_GROUPS = "present CROSS JOIN (SELECT 'held' AS use UNION ALL SELECT 'blocked') AS kinds"


def _info(  # noqa: PLR0913, PLR0917 - the time, then _COLUMNS
    now: int,
    token: int,
    claim: str,
    resource: str,
    lock: str,
    kind: str,
    waits: int,
    holder: str,
    why: str,
    since: int,
    expires: int,
    stop_by: str,
    stop_why: str,
) -> HoldInfo:
    read_at = datetime.now(UTC)
    return HoldInfo(
        claim=claim,
        resource=resource,
        lock=lock,
        kind=row_kind(kind),
        waits=bool(waits),
        token=token,
        holder=holder,
        why=why,
        since=read_at - timedelta(microseconds=now - since),
        expires_at=read_at + timedelta(microseconds=expires - now),
        cancel_requested_by=stop_by or None,
        cancel_why=stop_why,
    )
