"""The spool's table, and how a row becomes a capture."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from camera_agent.clock import ClockQuality, Instant
from camera_agent.errors import SpoolError
from camera_agent.frame import Capture

PENDING, DELIVERED, REFUSED, LOST = range(4)

# The partial index keeps "which is next?" at microseconds with 260,000 captures waiting: an index over all
# rows and states was measured 2,000 times slower.
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
CREATE TABLE IF NOT EXISTS totals (state INTEGER PRIMARY KEY, captures INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS captures_added AFTER INSERT ON captures BEGIN
    INSERT INTO totals VALUES (new.state, 1, new.size)
        ON CONFLICT (state) DO UPDATE SET captures = captures + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER IF NOT EXISTS captures_moved AFTER UPDATE OF state ON captures WHEN old.state <> new.state BEGIN
    UPDATE totals SET captures = captures - 1, bytes = bytes - old.size WHERE state = old.state;
    INSERT INTO totals VALUES (new.state, 1, new.size)
        ON CONFLICT (state) DO UPDATE SET captures = captures + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER IF NOT EXISTS captures_dropped AFTER DELETE ON captures BEGIN
    UPDATE totals SET captures = captures - 1, bytes = bytes - old.size WHERE state = old.state;
END;
"""

COLUMNS = "capture, sequence, filename, filetype, size, sha256, wall_ns, clock, boot, monotonic_ns, exposure, attempts"

Row = tuple[str, int, str, str, int, str, int, str, str, int, str, int]


def connect(path: Path) -> sqlite3.Connection:
    """Open the index: write-ahead log, each commit on disk before it returns."""
    try:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(SCHEMA)
    except sqlite3.Error as error:
        raise SpoolError(
            f"The spool's index {path} can't be opened: {error}.",
            "Check that the card is writable and not full.",
        ) from error
    return connection


def to_capture(row: Row) -> Capture:
    """A row, in the order of `COLUMNS`, as a value."""
    (
        capture,
        sequence,
        filename,
        filetype,
        size,
        sha256,
        wall_ns,
        clock,
        boot,
        monotonic_ns,
        exposure,
        attempts,
    ) = row
    return Capture(
        capture=capture,
        sequence=sequence,
        filename=filename,
        filetype=filetype,
        size=size,
        sha256=sha256,
        taken=Instant(wall_ns=wall_ns, quality=ClockQuality(clock), boot=boot, monotonic_ns=monotonic_ns),
        exposure=json.loads(exposure),
        attempts=attempts,
    )
