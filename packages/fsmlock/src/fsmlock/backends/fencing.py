"""What the database knows about holds that live elsewhere.

The highest token that wrote, per lock, fences commits. The longest lease tells for how long a server that
forgot its holds must stay closed.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.db import IntegrityError, connections, transaction

from fsmlock.backends.database import dialect_of
from fsmlock.backends.dialects import conflict_sql

if TYPE_CHECKING:
    from fsmlock.rules import Claim

#: The row that keeps the server's run in the place of a lock, and the longest lease in that of a token.
_SERVER = ["fsmlock", "server"]


def check_fencing_token(claim: Claim, token: int, *, using: str) -> int:
    """Inside a transaction: note the token, and answer a newer one that was there first, else 0.

    Until the transaction ends, nobody with a colliding claim passes.
    """
    dialect_of(using).lock_decisions(claim)
    rows = claim.rows
    marks = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    where, params = conflict_sql(claim)
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


def last_known_server(*, using: str) -> tuple[str, int]:
    """Which run of the server was seen last, and the longest lease so far in milliseconds; else "" and 0."""
    connection = connections[using]
    run = connection.ops.quote_name("lock")  # a word of its own on some databases
    with connection.cursor() as cursor:
        sql = f"SELECT {run}, token FROM fsmlock_fence WHERE resource = %s AND kind = %s ORDER BY id"  # noqa: S608 - constants only
        cursor.execute(sql, _SERVER)
        row = cursor.fetchone()
    return row or ("", 0)


def save_server(run: str, lease_ms: int, *, using: str) -> None:
    """Write down the run, and the lease if it is the longest so far."""
    connection = connections[using]
    lock = connection.ops.quote_name("lock")
    before, longest = last_known_server(using=using)
    if (before, longest) == (run, max(lease_ms, longest)):
        return
    with connection.cursor() as cursor:
        if not before:
            sql = f"INSERT INTO fsmlock_fence (resource, kind, {lock}, token) VALUES (%s, %s, %s, 0)"  # noqa: S608 - constants only
            with contextlib.suppress(IntegrityError), transaction.atomic(using=using):
                cursor.execute(sql, [*_SERVER, run])
        sql = f"UPDATE fsmlock_fence SET {lock} = %s, token = %s WHERE resource = %s AND kind = %s"  # noqa: S608 - constants only
        cursor.execute(sql, [run, max(lease_ms, longest), *_SERVER])
