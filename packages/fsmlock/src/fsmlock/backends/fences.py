"""Fenced commits for holds that live outside the database: the highest token that wrote, per lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connections

from fsmlock.backends.database import collisions
from fsmlock.backends.dialects import dialect_of

if TYPE_CHECKING:
    from fsmlock.rules import Claim


def pass_fence(claim: Claim, token: int, *, using: str) -> int:
    """Inside a transaction: note the token, and answer a newer one that was there first, else 0.

    Until the transaction ends, nobody with a colliding claim passes.
    """
    dialect_of(using).alone(claim)
    rows = claim.rows
    marks = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    where, params = collisions(claim)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO fsmlock_fence (resource, kind, lock, token) VALUES {marks}"  # noqa: S608 - placeholders only
            " ON CONFLICT (resource, kind, lock) DO UPDATE SET token = EXCLUDED.token"
            " WHERE fsmlock_fence.token < EXCLUDED.token",
            [value for row in rows for value in (row.resource, row.kind, row.lock, token)],
        )
        cursor.execute(
            f"SELECT coalesce(max(token), 0) FROM fsmlock_fence WHERE {where} AND token > %s",  # noqa: S608
            [*params, token],
        )
        newest: int = cursor.fetchone()[0]
    return newest
