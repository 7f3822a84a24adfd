"""The spool's tables in SQLite."""

from __future__ import annotations

# The partial index keeps "which is next?" at microseconds with 260,000 captures waiting: an index over all
# rows and states was measured 2,000 times slower. The totals keep "how many?" as cheap.
VERSION = 3
SCHEMA = """
BEGIN;
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
    exported     INTEGER NOT NULL DEFAULT 0,
    reported     INTEGER NOT NULL DEFAULT 0,
    code         TEXT NOT NULL DEFAULT '',
    message      TEXT NOT NULL DEFAULT '',
    cause        TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS captures_pending ON captures (sequence) WHERE state = 0;
CREATE INDEX IF NOT EXISTS captures_refused ON captures (sequence) WHERE state = 2;
CREATE INDEX IF NOT EXISTS captures_delivered ON captures (sequence) WHERE state = 1;
CREATE INDEX IF NOT EXISTS captures_kept ON captures (sequence) WHERE state = 5;
CREATE INDEX IF NOT EXISTS captures_exported ON captures (sequence) WHERE state = 0 AND exported = 1;
CREATE INDEX IF NOT EXISTS captures_gone ON captures (sequence) WHERE state = 4;
CREATE TABLE IF NOT EXISTS totals (
    state INTEGER PRIMARY KEY, captures INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS key_values (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS clock_fixes (
    boot TEXT PRIMARY KEY, offset_ns INTEGER NOT NULL, error_ms REAL NOT NULL, source TEXT NOT NULL,
    reported INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS records (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,
    wall_ns      INTEGER NOT NULL,
    clock        TEXT NOT NULL,
    boot         TEXT NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    since_ns     INTEGER,
    until_ns     INTEGER,
    data         TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS commands (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '', capture TEXT NOT NULL DEFAULT '',
    acknowledged INTEGER NOT NULL DEFAULT 0
);
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
PRAGMA user_version = 3;
COMMIT;
"""
#: What makes an index of each older version one of the next.
UPGRADES = {
    1: """
BEGIN;
ALTER TABLE captures ADD COLUMN cause TEXT NOT NULL DEFAULT '{}';
PRAGMA user_version = 2;
COMMIT;
""",
    2: """
BEGIN;
ALTER TABLE captures RENAME COLUMN told TO reported;
ALTER TABLE fixes RENAME COLUMN told TO reported;
ALTER TABLE fixes RENAME TO clock_fixes;
ALTER TABLE commands RENAME COLUMN heard TO acknowledged;
ALTER TABLE notes RENAME TO key_values;
UPDATE key_values SET name = 'deliver_up_to' WHERE name = 'asked';
PRAGMA user_version = 3;
COMMIT;
""",
}
