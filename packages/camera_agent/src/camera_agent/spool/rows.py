"""The spool's table in SQLite, and how a row becomes a capture."""

from __future__ import annotations

import json
import sqlite3
from enum import IntEnum
from typing import TYPE_CHECKING

from camera_agent.clock import ClockQuality, Instant
from camera_agent.errors import SpoolError
from camera_agent.frame import Capture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from camera_agent.frame import ExposureValue


class State(IntEnum):
    """Where a capture stands. The numbers are on disk."""

    PENDING = 0
    DELIVERED = 1
    REFUSED = 2
    LOST = 3
    DROPPED = 4


# The partial index keeps "which is next?" at microseconds with 260,000 captures waiting: an index over all
# rows and states was measured 2,000 times slower. The totals keep "how many?" as cheap.
SCHEMA = """
CREATE TABLE IF NOT EXISTS captures (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    capture      TEXT NOT NULL UNIQUE,
    state        INTEGER NOT NULL DEFAULT 0,
    filename     TEXT NOT NULL,
    filetype     TEXT NOT NULL,
    size         INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    wall_ns      INTEGER NOT NULL,
    clock        TEXT NOT NULL,
    boot         TEXT NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    exposure     TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    code         TEXT NOT NULL DEFAULT '',
    message      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS captures_pending ON captures (sequence) WHERE state = 0;
CREATE INDEX IF NOT EXISTS captures_refused ON captures (sequence) WHERE state = 2;
CREATE INDEX IF NOT EXISTS captures_delivered ON captures (sequence) WHERE state = 1;
CREATE TABLE IF NOT EXISTS totals (
    state INTEGER PRIMARY KEY, captures INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS captures_added AFTER INSERT ON captures BEGIN
    INSERT INTO totals VALUES (new.state, 1, new.size)
        ON CONFLICT (state) DO UPDATE SET captures = captures + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER IF NOT EXISTS captures_moved
AFTER UPDATE OF state ON captures WHEN old.state <> new.state BEGIN
    UPDATE totals SET captures = captures - 1, bytes = bytes - old.size WHERE state = old.state;
    INSERT INTO totals VALUES (new.state, 1, new.size)
        ON CONFLICT (state) DO UPDATE SET captures = captures + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER IF NOT EXISTS captures_dropped AFTER DELETE ON captures BEGIN
    UPDATE totals SET captures = captures - 1, bytes = bytes - old.size WHERE state = old.state;
END;
"""

INSERT = """
INSERT INTO captures
    (capture, filename, filetype, size, sha256, wall_ns, clock, boot, monotonic_ns, exposure)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the index: write-ahead log, each commit on disk before it returns."""
    try:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(SCHEMA)
    except sqlite3.Error as error:
        raise SpoolError(
            f"The spool's index {path} can't be opened: {error}.",
            "Check that the card is writable and not full.",
        ) from error
    return connection


def insert(
    index: sqlite3.Connection,
    *,
    capture: str,
    filename: str,
    filetype: str,
    size: int,
    sha256: str,
    taken: Instant,
    exposure: Mapping[str, ExposureValue],
) -> Capture:
    """Add a pending capture; the row's own number becomes its sequence."""
    about = (capture, filename, filetype, size, sha256)
    when = (taken.wall_ns, taken.quality.value, taken.boot, taken.monotonic_ns)
    return to_capture(index.execute(INSERT, (*about, *when, json.dumps(dict(exposure)))).fetchone())


def to_capture(row: sqlite3.Row) -> Capture:
    """A row as a value."""
    return Capture(
        capture=row["capture"],
        sequence=row["sequence"],
        filename=row["filename"],
        filetype=row["filetype"],
        size=row["size"],
        sha256=row["sha256"],
        taken=Instant(
            wall_ns=row["wall_ns"],
            quality=ClockQuality(row["clock"]),
            boot=row["boot"],
            monotonic_ns=row["monotonic_ns"],
        ),
        exposure=json.loads(row["exposure"]),
        attempts=row["attempts"],
    )
