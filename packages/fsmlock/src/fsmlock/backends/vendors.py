"""Which dialect a database alias speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connections

from fsmlock.backends.postgresql import PostgreSQL
from fsmlock.backends.sqlite import SQLite
from fsmlock.errors import FsmlockError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.dialects import Dialect


def dialect_of(using: str) -> Dialect:
    """The dialect of a database alias. It is kept with this thread's connection."""
    connection = connections[using]
    found: Dialect | None = getattr(connection, "fsmlock_dialect", None)
    if found is None:
        found = _speaking(connection)
        connection.fsmlock_dialect = found  # type: ignore[attr-defined]
    return found


def _speaking(connection: BaseDatabaseWrapper) -> Dialect:
    vendor = connection.vendor
    if vendor == "sqlite":
        return SQLite(connection)
    if vendor == "postgresql":
        return PostgreSQL(connection)
    raise FsmlockError(
        f"The database backend of fsmlock works on SQLite and PostgreSQL, not on {vendor}."
        " Set FSMLOCK['BACKEND'] to 'fsmlock.backends.redis.RedisBackend'."
    )
