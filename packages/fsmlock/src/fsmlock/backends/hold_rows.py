"""Read the rows of ``fsmlock_hold``, and find those that are in the way of a claim."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from fsmlock.backends.base import MOST_HOLDS, HoldInfo, row_kind
from fsmlock.backends.dialects import chunks, marks, run
from fsmlock.rules import LockRow, blocking_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    return _read(dialect, f"{_query(dialect, where)} ORDER BY id{at_most}", params)


def _some(dialect: Dialect, where: str) -> str:
    """A query for a few unexpired rows of one object, in the order of the index.

    Without an order PostgreSQL might read the whole table until it meets the first of them.
    """
    return f"{_query(dialect, where)} ORDER BY resource, lock, kind, claim LIMIT {MOST_HOLDS + 1}"


def _query(dialect: Dialect, where: str) -> str:
    now = dialect.now()
    return (
        f"SELECT {now}, {_COLUMNS} FROM fsmlock_hold WHERE {where} AND kind <> 'broken'"  # noqa: S608 - only constants and placeholders
        f" AND {dialect.unexpired(now)}"
    )


def _read(dialect: Dialect, sql: str, params: Params) -> tuple[HoldInfo, ...]:
    return tuple(_info(*row) for row in run(dialect.connection, sql, params))


def in_the_way(dialect: Dialect, claim: Claim, ticket: int | None) -> InTheWay:
    """The holds and waiters that block the claim: all if there are few rows on its objects, else some.

    Its cost doesn't grow with what is held on the objects.
    """
    found = _some_on(dialect, claim.resources)
    blocking = _blocking(claim, found, ticket)
    if len(found) <= MOST_HOLDS or blocking:
        return InTheWay(blocking[:MOST_HOLDS], more=len(found) > MOST_HOLDS)
    groups = blocking_rows(claim, _groups_on(dialect, claim.resources))
    rows = (row for group in groups for row in _rows_of(dialect, group, claim, ticket))
    blocking = _blocking(claim, tuple(itertools.islice(rows, MOST_HOLDS + 1)), ticket)
    return InTheWay(blocking[:MOST_HOLDS], more=len(blocking) > MOST_HOLDS)


def _some_on(dialect: Dialect, resources: Sequence[str]) -> tuple[HoldInfo, ...]:
    """A few rows of each object: all if there are no more than MOST_HOLDS of them together."""
    one = f"SELECT * FROM ({_some(dialect, 'resource = %s')}) AS one"  # noqa: S608 - constants and placeholders
    return tuple(
        row
        for part in chunks(resources)
        for row in _read(dialect, " UNION ALL ".join([one] * len(part)), [*part])
    )


def _blocking(claim: Claim, found: Sequence[HoldInfo], ticket: int | None) -> tuple[HoldInfo, ...]:
    by_row = {info.row(): info for info in sorted(found, key=lambda info: info.token)}
    return tuple(by_row[row] for row in blocking_rows(claim, by_row, ticket))


def _groups_on(dialect: Dialect, resources: Sequence[str]) -> list[LockRow]:
    """What is held or blocked on the objects: one row for each lock and kind.

    It takes a look into the index for each, however many rows there are.
    """
    return [
        LockRow(claim="", resource=resource, lock=lock, kind=row_kind(kind))
        for part in chunks(resources)
        for resource, lock, kind in run(dialect.connection, _GROUPS % _union(len(part)), [*part])
    ]


#: With the objects to be filled in.
_GROUPS = (
    "WITH RECURSIVE present (object, name) AS ("
    " SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object) FROM (%s) AS objects"
    " UNION ALL"
    " SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object AND lock > name)"
    " FROM present WHERE name IS NOT NULL"
    ") SELECT object, name, kind FROM present, (SELECT 'held' AS kind UNION ALL SELECT 'blocked') AS kinds"
    # Not EXISTS, which PostgreSQL may make a join of that reads all rows.
    " WHERE (SELECT 1 FROM fsmlock_hold AS h"
    " WHERE h.resource = object AND h.lock = name AND h.kind = kinds.kind LIMIT 1) IS NOT NULL"
)


def _union(count: int) -> str:
    return " UNION ALL ".join(["SELECT %s AS object"] * count)


def _rows_of(dialect: Dialect, group: LockRow, claim: Claim, ticket: int | None) -> tuple[HoldInfo, ...]:
    """Some rows of a group, of those that block the claim."""
    own = [claim.id, *claim.nested_in]
    before = claim.behind(ticket)
    earlier = "" if before is None else f" AND (NOT waits OR id < {int(before)})"
    where = f"resource = %s AND lock = %s AND kind = %s AND claim NOT IN ({marks(own)}){earlier}"
    return _read(dialect, _some(dialect, where), [group.resource, group.lock, group.kind, *own])


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
