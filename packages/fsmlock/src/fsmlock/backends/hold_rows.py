"""Read the rows of ``fsmlock_hold``, and find those that are in the way of a claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from fsmlock.backends.base import MOST_HOLDS, HoldInfo, row_kind
from fsmlock.backends.dialects import marks, run
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
    """The holds and waiters that block the claim: all if there are few rows on its objects, else some.

    Its cost doesn't grow with what is held on the objects.
    """
    found = _some_on(dialect, claim.resources)
    blocking = _blocking(claim, found, ticket)
    if len(found) <= MOST_HOLDS or blocking:
        return InTheWay(blocking[:MOST_HOLDS], more=len(found) > MOST_HOLDS)
    groups = blocking_rows(claim, _groups_on(dialect, claim.resources))
    blocking = _blocking(claim, _some_of_groups(dialect, groups, claim, ticket), ticket)
    return InTheWay(blocking[:MOST_HOLDS], more=len(blocking) > MOST_HOLDS)


def _some_on(dialect: Dialect, resources: Sequence[str]) -> tuple[HoldInfo, ...]:
    """A few rows of each object: all if there are no more than MOST_HOLDS of them together."""
    wanted = dialect.table([[resource] for resource in resources], ["object"])
    return _some_of_each(dialect, wanted, "resource = object", [])


def _some_of_each(
    dialect: Dialect, wanted: tuple[str, Params], where: str, params: Params, *, limit: str = ""
) -> tuple[HoldInfo, ...]:
    """A few unexpired rows for each row of the table ``wanted``, in the order of the index.

    Without an order PostgreSQL might read the whole table until it meets the first of them.
    """
    table, values = wanted
    now = dialect.now()
    some = (
        f"WHERE {where} AND {_counts(dialect, now)}"
        f" ORDER BY resource, lock, kind, claim LIMIT {MOST_HOLDS + 1}"
    )
    sql = f"SELECT {now}, {_COLUMNS} FROM {dialect.some_of_each(table, some)}{limit}"  # noqa: S608 - only constants and placeholders
    return _read(dialect, sql, [*values, *params])


def _blocking(claim: Claim, found: Sequence[HoldInfo], ticket: int | None) -> tuple[HoldInfo, ...]:
    by_row = {info.row(): info for info in sorted(found, key=lambda info: info.token)}
    return tuple(by_row[row] for row in blocking_rows(claim, by_row, ticket))


def _groups_on(dialect: Dialect, resources: Sequence[str]) -> list[LockRow]:
    """What is held or blocked on the objects: one row for each lock and kind.

    It takes a look into the index for each, however many rows there are.
    """
    table, params = dialect.table([[resource] for resource in resources], ["object"])
    return [
        LockRow(claim="", resource=resource, lock=lock, kind=row_kind(kind))
        for resource, lock, kind in run(dialect.connection, _GROUPS % table, params)
    ]


#: With the table of objects to be filled in.
_GROUPS = (
    "WITH RECURSIVE present (object, name) AS ("
    " SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object) FROM %s"
    " UNION ALL"
    " SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object AND lock > name)"
    " FROM present WHERE name IS NOT NULL"
    ") SELECT object, name, kind FROM present, (SELECT 'held' AS kind UNION ALL SELECT 'blocked') AS kinds"
    # Not EXISTS, which PostgreSQL may make a join of that reads all rows. Nor without an order: it might read
    # the whole table until it meets the first one.
    " WHERE (SELECT 1 FROM fsmlock_hold AS h"
    " WHERE h.resource = object AND h.lock = name AND h.kind = kinds.kind"
    " ORDER BY h.claim LIMIT 1) IS NOT NULL"
)


def _some_of_groups(
    dialect: Dialect, groups: Sequence[LockRow], claim: Claim, ticket: int | None
) -> tuple[HoldInfo, ...]:
    """Some rows of the groups, of those that block the claim."""
    wanted = dialect.table([[g.resource, g.lock, g.kind] for g in groups], ["object", "name", "use"])
    own = [claim.id, *claim.nested_in]
    before = claim.behind(ticket)
    earlier = "" if before is None else f" AND (NOT waits OR id < {int(before)})"
    where = f"resource = object AND lock = name AND kind = use AND claim NOT IN ({marks(own)}){earlier}"
    return _some_of_each(dialect, wanted, where, own, limit=f" LIMIT {MOST_HOLDS + 1}")


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
