"""The spool's SQLite file: one connection, one lock, each change durable when the call returns."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from camera_agent.errors import SpoolError
from camera_agent.spool.damage import is_damage, note_damage
from camera_agent.spool.schema import SCHEMA, UPGRADES, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: What becomes of a damaged index.
REBUILT = "The agent puts it aside when it starts, and adopts the pictures. Replace the card soon."

Value = str | int | float | None


class Index:
    """Safe to use from several threads and processes (write-ahead log).

    Each call raises SpoolError when the disk fails. `on_damage` is called when the file turns out to be
    damaged; the next start puts it aside.
    """

    def __init__(self, path: Path, *, on_damage: Callable[[], None] = lambda: None) -> None:
        self._path, self._on_damage, self.is_damaged = path, on_damage, False
        self._lock = threading.RLock()
        try:
            with ExitStack() as undo:
                self.connection = sqlite3.connect(
                    path, check_same_thread=False, isolation_level=None, timeout=10
                )
                undo.callback(self.connection.close)
                self.connection.row_factory = sqlite3.Row
                self.connection.execute("PRAGMA journal_mode = WAL")
                self.connection.execute("PRAGMA synchronous = FULL")
                self._prepare(path)
                undo.pop_all()
        except sqlite3.Error as error:
            remedy = REBUILT if is_damage(error) else "Check that the card is writable and not full."
            raise SpoolError(f"The spool's index {path} can't be opened: {error}.", remedy) from error

    def one(self, query: str, *values: Value) -> sqlite3.Row | None:
        """Return the first row of a query, if there is one."""
        with self._used():
            row: sqlite3.Row | None = self.connection.execute(query, values).fetchone()
            return row

    def all(self, query: str, *values: Value) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._used():
            return self.connection.execute(query, values).fetchall()

    def number(self, query: str, *values: Value) -> int:
        """Return the single number of a query; 0 for none."""
        row = self.one(query, *values)
        return int(row[0] or 0) if row else 0

    def change(self, statement: str, *values: Value) -> int:
        """Make a change durable; return the number of changed rows."""
        with self._used():
            return self.connection.execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Make all changes within the context or none, with no other thread in between."""
        with self._used():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self.connection.close()

    @contextmanager
    def _used(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                if is_damage(error):
                    with contextlib.suppress(OSError):
                        note_damage(self._path)
                    self.is_damaged = True
                    self._on_damage()
                    raise SpoolError(
                        f"The spool's index {self._path} is damaged: {error}.", REBUILT
                    ) from error
                raise SpoolError(
                    f"The spool's index can't be used: {error}.", "Free some space or check the card."
                ) from error

    def _prepare(self, path: Path) -> None:
        version = self.number("PRAGMA user_version")
        if version > VERSION:
            raise SpoolError(
                f"The spool {path} was written by a newer camera-agent.", "Install that version again."
            )
        if version == 0:
            self.connection.executescript(SCHEMA)
            return
        for older in range(version, VERSION):
            self.connection.executescript(UPGRADES[older])
