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


def select(
    dialect: Dialect, where: str, params: Params, *, limit: int | None = None, ordered: bool = True
) -> tuple[HoldInfo, ...]:
    """The unexpired rows that meet the condition, oldest first; not ``ordered``: in any order."""
    now = dialect.now()
    order = " ORDER BY id" * ordered
    at_most = "" if limit is None else f" LIMIT {int(limit)}"
    sql = (
        f"SELECT {now}, {_COLUMNS} FROM fsmlock_hold WHERE {where} AND kind <> 'broken'"  # noqa: S608 - only constants and placeholders
        f" AND {dialect.unexpired(now)}{order}{at_most}"
    )
    return tuple(_info(*row) for row in run(dialect.connection, sql, params))


def in_the_way(dialect: Dialect, claim: Claim, ticket: int | None) -> InTheWay:
    """The holds and waiters that block the claim: all if there are few rows on its objects, else some.

    Its cost doesn't grow with what is held on the objects.
    """
    resources = claim.resources
    found = select(
        dialect, f"resource IN ({marks(resources)})", [*resources], limit=MOST_HOLDS + 1, ordered=False
    )
    blocking = _blocking(claim, found, ticket)
    if len(found) <= MOST_HOLDS or blocking:
        return InTheWay(blocking[:MOST_HOLDS], more=len(found) > MOST_HOLDS)
    groups = blocking_rows(claim, _groups_on(dialect, claim.resources))
    rows = (row for group in groups for row in _rows_of(dialect, group, claim, ticket))
    blocking = _blocking(claim, tuple(itertools.islice(rows, MOST_HOLDS + 1)), ticket)
    return InTheWay(blocking[:MOST_HOLDS], more=len(blocking) > MOST_HOLDS)


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
    " WHERE EXISTS (SELECT 1 FROM fsmlock_hold AS h"
    " WHERE h.resource = object AND h.lock = name AND h.kind = kinds.kind)"
)


def _union(count: int) -> str:
    return " UNION ALL ".join(["SELECT %s AS object"] * count)


def _rows_of(dialect: Dialect, group: LockRow, claim: Claim, ticket: int | None) -> tuple[HoldInfo, ...]:
    """Some rows of a group, of those that block the claim."""
    own = [claim.id, *claim.nested_in]
    before = claim.behind(ticket)
    earlier = "" if before is None else f" AND (NOT waits OR id < {int(before)})"
    return select(
        dialect,
        f"resource = %s AND lock = %s AND kind = %s AND claim NOT IN ({marks(own)}){earlier}",
        [group.resource, group.lock, group.kind, *own],
        limit=MOST_HOLDS + 1,
        ordered=False,
    )


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
