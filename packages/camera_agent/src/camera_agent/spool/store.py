"""The spool: capture -> temporary file -> fsync -> rename -> row in SQLite = promised -> delivered."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from camera_agent.clock import Instant
from camera_agent.errors import SpoolError
from camera_agent.frame import EXTENSIONS, Capture, ExposureValue
from camera_agent.spool import rows
from camera_agent.spool.files import settle
from camera_agent.spool.recovery import Recovery, recover


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the spool holds; `bytes` are those of pending captures."""

    pending: int
    bytes: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A capture that the server, or the spool itself, will not take, and why."""

    name: str
    code: str
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
        with self._lock:
            return recover(self._index, incoming=self.incoming, captures=self.captures, now=now)

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
        with self._lock:
            if self._index.execute("SELECT 1 FROM captures WHERE capture = ?", (capture,)).fetchone():
                temporary.unlink()
                return None
            final = self._path(capture, filetype)
            try:
                size, sha256 = settle(temporary, final)
                values = (capture, filename, filetype, size, sha256, taken.wall_ns, taken.quality.value)
                row = self._index.execute(
                    "INSERT INTO captures (capture, filename, filetype, size, sha256, wall_ns, clock, boot,"
                    f" monotonic_ns, exposure) VALUES ({'?,' * 9}?) RETURNING {rows.COLUMNS}",
                    (*values, taken.boot, taken.monotonic_ns, json.dumps(dict(exposure))),
                ).fetchone()
            except (OSError, sqlite3.Error) as error:
                raise SpoolError(
                    f"The capture {capture} can't be written to {self.folder}: {error}.",
                    "Free some space or check the card.",
                ) from error
        self._notify()
        return rows.to_capture(row)

    def next_pending(self, after: int = 0) -> Capture | None:
        """The oldest capture that waits for delivery, with a sequence number above `after`."""
        query = (
            f"SELECT {rows.COLUMNS} FROM captures WHERE state = 0 AND sequence > ? ORDER BY sequence LIMIT 1"
        )
        with self._lock:
            row = self._index.execute(query, (after,)).fetchone()
        return rows.to_capture(row) if row else None

    def path(self, capture: Capture) -> Path:
        """Where a capture's picture lies."""
        return self._path(capture.capture, capture.filetype)

    def tried(self, capture: Capture) -> None:
        """Note that bytes of a capture may have reached the server, so that the next try asks first."""
        self._set("attempts = attempts + 1", capture)

    def delivered(self, capture: Capture) -> None:
        """The server has stored it: the row says so first, then the file goes."""
        self._set(f"state = {rows.DELIVERED}", capture)
        self.path(capture).unlink(missing_ok=True)
        self._notify()

    def refused(self, capture: Capture, code: str, message: str) -> None:
        """The server will never take it: keep the picture, stop sending it."""
        self._set(f"state = {rows.REFUSED}, code = ?, message = ?", capture, code, message)
        self._notify()

    def counts(self) -> Counts:
        """How much is here now; constant time."""
        with self._lock:
            found = self._index.execute("SELECT state, captures, bytes FROM totals").fetchall()
        totals = {state: (captures, size) for state, captures, size in found}
        pending, size = totals.get(rows.PENDING, (0, 0))
        return Counts(pending=pending, bytes=size, refused=totals.get(rows.REFUSED, (0, 0))[0])

    def listing(self, limit: int = 1000) -> list[tuple[Capture, str, str]]:
        """The oldest captures not delivered, each with its state and the reason of a refusal."""
        query = f"SELECT {rows.COLUMNS}, state, message FROM captures WHERE state IN (0, 2, 3) ORDER BY sequence LIMIT ?"
        names = {rows.PENDING: "pending", rows.REFUSED: "refused", rows.LOST: "lost"}
        with self._lock:
            found = self._index.execute(query, (limit,)).fetchall()
        return [(rows.to_capture(row[:-2]), names[row[-2]], row[-1]) for row in found]

    def last_sequence(self) -> int:
        """The sequence number of the newest capture ever taken; 0 before the first."""
        with self._lock:
            row = self._index.execute("SELECT seq FROM sqlite_sequence WHERE name = 'captures'").fetchone()
        return int(row[0]) if row else 0

    def note(self, name: str) -> str | None:
        """A small text kept with the spool."""
        with self._lock:
            row = self._index.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set_note(self, name: str, value: str | None) -> None:
        """Keep, or with None forget, a small text."""
        with self._lock:
            if value is None:
                self._index.execute("DELETE FROM notes WHERE name = ?", (name,))
            else:
                self._index.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def forget_delivered(self, keep: int = 1000) -> None:
        """Drop the rows of delivered captures but for the newest `keep`."""
        with self._lock:
            self._index.execute(
                "DELETE FROM captures WHERE state = 1 AND sequence <="
                " (SELECT sequence FROM captures WHERE state = 1 ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
                (keep,),
            )

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._index.close()

    def _notify(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def _path(self, capture: str, filetype: str) -> Path:
        return self.captures / f"{capture}.{EXTENSIONS[filetype]}"

    def _set(self, change: str, capture: Capture, *values: str) -> None:
        with self._lock:
            self._index.execute(
                f"UPDATE captures SET {change} WHERE sequence = ?", (*values, capture.sequence)
            )
