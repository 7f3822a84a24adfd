"""A cursor that stays open from one statement to the next.

To open one costs more than a small statement on SQLite, and a third of one on PostgreSQL, where Django adapts
each cursor to the time zone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.asyncio import async_unsafe

if TYPE_CHECKING:
    from types import TracebackType

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper


class KeptCursor:
    """``with KeptCursor(connection) as cursor:`` is ``with connection.cursor() as cursor:``, but faster.

    Read all rows of a statement: one that isn't finished would keep its locks. A signal handler or nested
    block that comes in between gets another cursor.
    """

    __slots__ = ("_connection", "_cursor", "_idle", "_raw")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def __enter__(self) -> CursorWrapper:
        connection = self._connection
        _refuse_in_event_loop()
        connection.close_if_health_check_failed()
        self._idle: list[tuple[Any, CursorWrapper]] = _idle(connection)
        raw = connection.connection
        try:
            self._raw, self._cursor = self._idle.pop()  # in one step: a signal handler may take it as well
        except IndexError:
            self._open()
        else:
            # Another connection, or one whose statements are logged, needs a cursor of its own.
            if self._raw is not raw or connection.queries_logged:
                self._open()
        return self._cursor

    def _open(self) -> None:
        self._cursor = self._connection.cursor()
        self._raw = None if self._connection.queries_logged else self._connection.connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._raw is not None:
            self._idle.append((self._raw, self._cursor))
        else:
            self._cursor.close()


@async_unsafe
def _refuse_in_event_loop() -> None:
    """As ``connection.cursor()`` does."""


def _idle(connection: BaseDatabaseWrapper) -> list[tuple[Any, CursorWrapper]]:
    """The open cursors of a connection that nobody uses now."""
    found: list[tuple[Any, CursorWrapper]] | None = getattr(connection, "fsmlock_cursors", None)
    if found is None:
        found = connection.fsmlock_cursors = []  # type: ignore[attr-defined]
    return found
