"""The spool: capture, temporary file, fsync, rename, row in SQLite = promised, then delivered."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.errors import SpoolError
from camera_agent.frame import EXTENSIONS, Capture, ExposureValue
from camera_agent.spool import rows
from camera_agent.spool.files import settle
from camera_agent.spool.recovery import Recovery, recover
from camera_agent.spool.room import Freed, make_room, missing
from camera_agent.spool.rows import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from camera_agent.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the spool holds; `bytes` are those of pending captures."""

    pending: int
    bytes: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A capture not delivered, where it stands, and why."""

    capture: Capture
    state: State
    message: str


class Spool:
    """Captures on disk below `folder`. Safe to use from several threads; one process at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self.captures = folder / "captures"
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
            self.captures.mkdir(exist_ok=True)
        except OSError as error:
            raise SpoolError(
                f"The spool {folder} can't be made: {error.strerror}.",
                "Check that the card is writable and not full.",
            ) from error
        self._lock = threading.Lock()
        self._index = rows.connect(folder / "index.sqlite3")
        #: Notified when a capture comes or goes.
        self.changed = threading.Condition()

    def recover(self, now: Instant) -> Recovery:
        """Put the folder in order after any kind of stop; to be called once, before anything else."""
        with self._writing("The spool can't be put in order"):
            return recover(
                self._index, incoming=self.incoming, captures=self.captures, now=now, path_of=self.path
            )

    def put(
        self,
        temporary: Path,
        *,
        capture: str,
        filename: str,
        filetype: str,
        taken: Instant,
        exposure: Mapping[str, ExposureValue],
    ) -> Capture | None:
        """Take over a finished temporary file; when this returns the capture survives a power cut.

        Gives None, and drops the file, when a capture of that id has been here before.
        """
        with self._writing(f"The capture {capture} can't be written"):
            if self._one("SELECT 1 FROM captures WHERE capture = ?", capture):
                temporary.unlink()
                return None
            final = self._path(capture, filetype)
            size, sha256 = settle(temporary, final)
            try:
                stored = rows.insert(
                    self._index,
                    capture=capture,
                    filename=filename,
                    filetype=filetype,
                    size=size,
                    sha256=sha256,
                    taken=taken,
                    exposure=exposure,
                )
            except sqlite3.Error:
                # Without its row it is not promised. Left there, a restart would adopt it behind later ones.
                final.unlink(missing_ok=True)
                raise
        self._notify()
        return stored

    def next_pending(self) -> Capture | None:
        """The oldest capture that waits for delivery."""
        with self._lock:
            row = self._one("SELECT * FROM captures WHERE state = 0 ORDER BY sequence LIMIT 1")
        return rows.to_capture(row) if row else None

    def waits(self, capture: str) -> bool:
        """Whether a capture of that id is still to be delivered."""
        with self._lock:
            return self._one("SELECT 1 FROM captures WHERE capture = ? AND state = 0", capture) is not None

    def path(self, capture: Capture) -> Path:
        """Where a capture's picture lies."""
        return self._path(capture.capture, capture.filetype)

    def tried(self, capture: Capture) -> None:
        """Note that bytes of a capture may have reached the server, so that the next try asks first."""
        self._change("UPDATE captures SET attempts = attempts + 1 WHERE sequence = ?", capture.sequence)

    def delivered(self, capture: Capture) -> None:
        """The server has stored it: the row says so first, then the file goes."""
        self._change("UPDATE captures SET state = ? WHERE sequence = ?", State.DELIVERED, capture.sequence)
        self.path(capture).unlink(missing_ok=True)
        self._notify()

    def refused(self, capture: Capture, code: str, message: str) -> None:
        """The server will never take it: keep the picture, stop sending it."""
        self._change(
            "UPDATE captures SET state = ?, code = ?, message = ? WHERE sequence = ?",
            *(State.REFUSED, code, message, capture.sequence),
        )
        self._notify()

    def counts(self) -> Counts:
        """How much is here now; constant time."""
        with self._lock:
            found = self._index.execute("SELECT state, captures, bytes FROM totals").fetchall()
        totals = {row["state"]: (row["captures"], row["bytes"]) for row in found}
        pending, size = totals.get(State.PENDING, (0, 0))
        return Counts(pending=pending, bytes=size, refused=totals.get(State.REFUSED, (0, 0))[0])

    def make_room(self, *, quota: int, reserve: int) -> Freed:
        """Keep the spool below `quota` bytes (0: any size) and `reserve` bytes of the disk free."""
        with self._writing("No room can be made"):
            row = self._one("SELECT sum(bytes) AS used FROM totals WHERE state IN (0, 2)")
            used = int(row["used"] or 0) if row else 0
            free = shutil.disk_usage(self.folder).free
            wanted = missing(used=used, quota=quota, free=free, reserve=reserve)
            return make_room(self._index, self.path, wanted) if wanted else Freed()

    def listing(self, limit: int = 1000) -> list[Entry]:
        """The oldest captures not delivered."""
        query = "SELECT * FROM captures WHERE state <> 1 ORDER BY sequence LIMIT ?"
        with self._lock:
            found = self._index.execute(query, (limit,)).fetchall()
        return [
            Entry(capture=rows.to_capture(row), state=State(row["state"]), message=row["message"])
            for row in found
        ]

    def last_sequence(self) -> int:
        """The sequence number of the newest capture ever taken; 0 before the first."""
        with self._lock:
            row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'captures'")
        return int(row["seq"]) if row else 0

    def note(self, name: str) -> str | None:
        """A small text kept with the spool."""
        with self._lock:
            row = self._one("SELECT value FROM notes WHERE name = ?", name)
        return str(row["value"]) if row else None

    def set_note(self, name: str, value: str | None) -> None:
        """Keep, or with None forget, a small text."""
        if value is None:
            self._change("DELETE FROM notes WHERE name = ?", name)
        else:
            self._change("INSERT OR REPLACE INTO notes VALUES (?, ?)", name, value)

    def forget_delivered(self, keep: int = 1000) -> None:
        """Drop the rows of delivered captures but for the newest `keep`."""
        self._change(
            "DELETE FROM captures WHERE state = 1 AND sequence <="
            " (SELECT sequence FROM captures WHERE state = 1 ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
            keep,
        )

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._index.close()

    def _path(self, capture: str, filetype: str) -> Path:
        return self.captures / f"{capture}.{EXTENSIONS[filetype]}"

    def _one(self, query: str, *values: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._index.execute(query, values).fetchone()
        return row

    def _change(self, statement: str, *values: str | int) -> None:
        with self._writing("The spool's index can't be written"):
            self._index.execute(statement, values)

    @contextmanager
    def _writing(self, otherwise: str) -> Iterator[None]:
        """Be the only one that writes; whatever the disk or SQLite complains of becomes a SpoolError."""
        try:
            with self._lock:
                yield
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(
                f"{otherwise} in {self.folder}: {error}.", "Free some space or check the card."
            ) from error

    def _notify(self) -> None:
        with self.changed:
            self.changed.notify_all()
