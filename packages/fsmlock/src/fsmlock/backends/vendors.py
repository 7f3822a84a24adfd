"""Which dialect a database alias speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connections

from fsmlock.backends.postgresql import PostgreSQL
from fsmlock.backends.sqlite import SQLite
from fsmlock.errors import FsmlockError

if TYPE_CHECKING:
    from fsmlock.backends.dialects import Dialect


def dialect_of(using: str) -> Dialect:
    """The dialect of a database alias."""
    vendor = connections[using].vendor
    if vendor == "sqlite":
        return SQLite(using)
    if vendor == "postgresql":
        return PostgreSQL(using)
    raise FsmlockError(
        f"The database backend of fsmlock works on SQLite and PostgreSQL, not on {vendor}."
        " Set FSMLOCK['BACKEND'] to 'fsmlock.backends.redis.RedisBackend'."
    )
