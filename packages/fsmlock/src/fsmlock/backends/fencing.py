"""Fencing rows in the project's database, for holds that are stored elsewhere.

A row says which token has written under a lock. It can't be deleted with its object: a key may be used again,
and a late holder may still write. It is deleted once every holder has a newer token: then one row for all
objects, the oldest token that may write, refuses the same late holders.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, connections, transaction

from fsmlock.backends.database import dialect_of
from fsmlock.backends.dialects import conflict_sql, run
from fsmlock.chunks import chunks

if TYPE_CHECKING:
    from fsmlock.rules import Claim

#: The row about the server: the column lock has its run, the column token the longest lease.
_SERVER = ["fsmlock", "server"]
#: The row about all objects: its token is the oldest that may write.
_OLDEST = ["fsmlock", "oldest", ""]
#: The rows about long leases: the column lock has the claim, the column token the end.
_LEASE = ["fsmlock", "lease"]
#: Insert rows, or raise their tokens.
_RAISE = (
    "INSERT INTO fsmlock_fence (resource, kind, lock, token) VALUES %s"
    " ON CONFLICT (resource, kind, lock) DO UPDATE SET token = EXCLUDED.token"
    " WHERE fsmlock_fence.token < EXCLUDED.token"
)


def check_fencing_token(claim: Claim, token: int, *, using: str) -> int:
    """Inside a transaction: record ``token`` for every row of the claim.

    Return 0, or a newer token that a conflicting claim has recorded before. Until the transaction ends,
    nobody else can record one for a conflicting claim.
    """
    connection = connections[using]
    dialect_of(using).lock_decisions(claim)
    for rows in chunks(claim.rows):
        values = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
        run(
            connection,
            _RAISE % values,
            [value for row in rows for value in (row.resource, row.kind, row.lock, token)],
        )
    sql = "SELECT coalesce(max(token), 0) FROM fsmlock_fence WHERE resource = %s AND kind = %s AND lock = %s"
    oldest: int = run(connection, sql, [*_OLDEST])[0][0]
    newest = oldest if oldest > token else 0
    for requests in chunks(claim.requests):
        where, params = conflict_sql(replace(claim, requests=tuple(requests)))
        sql = f"SELECT coalesce(max(token), 0) FROM fsmlock_fence WHERE {where} AND token > %s"  # noqa: S608
        newest = max(newest, run(connection, sql, [*params, token])[0][0])
    return newest


def forget_older(oldest: int, *, using: str) -> None:
    """Refuse every token before ``oldest`` for all objects, and delete the rows that do so for one.

    Call it with a token that no holder's is older than.
    """
    connection = connections[using]
    old, params = "kind IN (%s, %s) AND token < %s", ["held", "blocked", oldest]
    if not run(connection, f"SELECT 1 FROM fsmlock_fence WHERE {old} LIMIT 1", params):  # noqa: S608 - placeholders only
        return
    run(connection, _RAISE % "(%s, %s, %s, %s)", [*_OLDEST, oldest])
    # Not those that a transaction is raising now: we would wait for its end.
    skipping = " FOR UPDATE SKIP LOCKED" * connection.features.has_select_for_update_skip_locked
    sql = f"DELETE FROM fsmlock_fence WHERE id IN (SELECT id FROM fsmlock_fence WHERE {old}{skipping})"  # noqa: S608 - placeholders only
    run(connection, sql, params)


def save_long_lease(claim_id: str, end_ms: int, now_ms: int, *, using: str) -> None:
    """Record until when a lease may last, by the server's clock; forget those that are over."""
    lock = connections[using].ops.quote_name("lock")
    with connections[using].cursor() as cursor, transaction.atomic(using=using):
        sql = f"DELETE FROM fsmlock_fence WHERE resource = %s AND kind = %s AND (token < %s OR {lock} = %s)"  # noqa: S608 - constants only
        cursor.execute(sql, [*_LEASE, now_ms, claim_id])
        sql = f"INSERT INTO fsmlock_fence (resource, kind, {lock}, token) VALUES (%s, %s, %s, %s)"  # noqa: S608 - constants only
        cursor.execute(sql, [*_LEASE, claim_id, end_ms])


def forget_long_lease(claim_id: str, *, using: str) -> None:
    """The claim was released."""
    lock = connections[using].ops.quote_name("lock")
    with connections[using].cursor() as cursor:
        sql = f"DELETE FROM fsmlock_fence WHERE resource = %s AND kind = %s AND {lock} = %s"  # noqa: S608 - constants only
        cursor.execute(sql, [*_LEASE, claim_id])


def last_end_of_long_leases(*, using: str) -> int:
    """Until when a long lease may last, in milliseconds by the server's clock; 0 if there is none."""
    with connections[using].cursor() as cursor:
        sql = "SELECT coalesce(max(token), 0) FROM fsmlock_fence WHERE resource = %s AND kind = %s"
        cursor.execute(sql, _LEASE)
        end: int = cursor.fetchone()[0]
    return end


def last_known_server(*, using: str) -> tuple[str, int]:
    """Return the recorded run of the server and the longest lease in milliseconds, or "" and 0."""
    connection = connections[using]
    run = connection.ops.quote_name("lock")  # a keyword on some databases
    with connection.cursor() as cursor:
        sql = f"SELECT {run}, token FROM fsmlock_fence WHERE resource = %s AND kind = %s ORDER BY id"  # noqa: S608 - constants only
        cursor.execute(sql, _SERVER)
        row = cursor.fetchone()
    return row or ("", 0)


def save_server(run: str, lease_ms: int, *, using: str) -> None:
    """Record the run of the server, and the lease if it is the longest so far."""
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
