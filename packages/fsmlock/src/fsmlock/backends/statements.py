"""The SQL of the database backend that is the same on every database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsmlock.rules import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim, Standing

_INSERT = (
    "INSERT INTO fsmlock_hold (claim, resource, lock, kind, waits, holder, why,"
    " since_us, renewed_us, expires_us, stop_by, stop_why)"
    " SELECT claim, resource, lock, kind, waits, holder, why"
)


def marks(values: Collection[object]) -> str:
    """A placeholder for each."""
    return ", ".join(["%s"] * len(values))


def collisions(claim: Claim) -> tuple[str, Params]:
    """The rules' ``collides`` as SQL over the columns resource, kind and lock."""
    parts: list[str] = []
    params: Params = []
    for want in claim.wants:
        beside = f" AND lock NOT IN ({marks(want.beside)})" if want.beside else ""
        marked = "" if want.lock == EVERYTHING else " AND lock = %s"
        parts.append(f"(resource = %s AND ((kind = 'held'{beside}) OR (kind = 'blocked'{marked})))")
        params += [want.resource, *want.beside, *([want.lock] if marked else [])]
        for above in want.above:
            names = {*above.names, EVERYTHING}
            parts.append(f"(resource = %s AND kind = 'held' AND lock IN ({marks(names)}))")
            params += [above.resource, *names]
    return f"({' OR '.join(parts)})", params


def conflict(claim: Claim, ticket: int | None) -> tuple[str, Params]:
    """The rules' ``in_the_way`` as SQL over fsmlock_hold."""
    where, params = collisions(claim)
    mine = [claim.id, *claim.within]
    earlier = "" if ticket is None else f" AND (NOT waits OR id < {int(ticket)})"
    return f"{where} AND claim NOT IN ({marks(mine)}){earlier}", [*params, *mine]


def insertion(claim: Claim, ticket: int | None, lease: int, *, now: str, alive: str) -> tuple[str, Params]:
    """The deciding statement: insert the rows unless something stands in the way."""
    values, params = _values(claim, claim.rows, waits=False)
    where, more = conflict(claim, ticket)
    sql = (
        f"{_INSERT}, t, t, t + {lease}, '', '' FROM ({values}) AS v, (SELECT {now} AS t) AS clock"  # noqa: S608 - only constants and placeholders
        f" WHERE NOT EXISTS (SELECT 1 FROM fsmlock_hold WHERE {where} AND {alive})"
        " RETURNING id, resource, kind"
    )
    return sql, params + more


def waiting(claim: Claim, rows: Sequence[Standing], lease: Mapping[str, str]) -> tuple[str, Params]:
    """The statement that inserts them as rows of one who waits."""
    values, params = _values(claim, rows, waits=True)
    sql = (
        "INSERT INTO fsmlock_hold (claim, resource, lock, kind, waits, holder, why, stop_by, stop_why,"  # noqa: S608 - constants
        f" since_us, {', '.join(lease)})"
        f" SELECT v.*, '', '', {lease['renewed_us']}, {', '.join(lease.values())}"
        f" FROM ({values}) AS v RETURNING id"
    )
    return sql, params


def _values(claim: Claim, rows: Sequence[Standing], *, waits: bool) -> tuple[str, Params]:
    """The rows of a claim as SQL; the first SELECT names the columns, as VALUES can't on SQLite."""
    flag = "true" if waits else "false"
    first = (
        "SELECT %s AS claim, %s AS resource, %s AS lock, %s AS kind,"
        f" {flag} AS waits, %s AS holder, %s AS why"
    )
    more = f" UNION ALL SELECT %s, %s, %s, %s, {flag}, %s, %s"
    params: Params = []
    for row in rows:
        params += [row.claim, row.resource, row.lock, row.kind, claim.holder, claim.why]
    return first + more * (len(rows) - 1), params
