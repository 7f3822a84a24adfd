"""The SQL of the database backend that is the same on every database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsmlock.rules import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim, Standing


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
    """The deciding statement of SQLite: insert the rows unless something stands in the way."""
    where, more = conflict(claim, ticket)
    sql = (
        "INSERT INTO fsmlock_hold (resource, lock, kind, claim, holder, why, waits, stop_by, stop_why,"  # noqa: S608 - only constants and placeholders
        " since_us, renewed_us, expires_us)"
        f" SELECT v.*, %s, %s, %s, false, '', '', t, t, t + {lease}"
        f" FROM ({_values(claim.rows)}) AS v, (SELECT {now} AS t) AS clock"
        f" WHERE NOT EXISTS (SELECT 1 FROM fsmlock_hold WHERE {where} AND {alive})"
    )
    return sql, [claim.id, claim.holder, claim.why, *_params(claim.rows), *more]


def waiting(claim: Claim, rows: Sequence[Standing], lease: Mapping[str, str]) -> tuple[str, Params]:
    """The statement that inserts them as rows of one who waits."""
    sql = (
        "INSERT INTO fsmlock_hold (resource, lock, kind, claim, holder, why, waits, stop_by, stop_why,"  # noqa: S608 - constants
        f" since_us, {', '.join(lease)})"
        f" SELECT v.*, %s, %s, %s, true, '', '', {lease['renewed_us']}, {', '.join(lease.values())}"
        f" FROM ({_values(rows)}) AS v RETURNING id"
    )
    return sql, [claim.id, claim.holder, claim.why, *_params(rows)]


def _values(rows: Sequence[Standing]) -> str:
    """As many rows; the first SELECT names the columns, as VALUES can't on SQLite."""
    return "SELECT %s AS resource, %s AS lock, %s AS kind" + " UNION ALL SELECT %s, %s, %s" * (len(rows) - 1)


def _params(rows: Sequence[Standing]) -> Params:
    return [value for row in rows for value in (row.resource, row.lock, row.kind)]
