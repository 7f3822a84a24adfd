-- The spool's index as version 2 of its schema made it.
CREATE TABLE captures (
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
    told         INTEGER NOT NULL DEFAULT 0,
    code         TEXT NOT NULL DEFAULT '',
    message      TEXT NOT NULL DEFAULT '',
    cause        TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX captures_pending ON captures (sequence) WHERE state = 0;
CREATE INDEX captures_refused ON captures (sequence) WHERE state = 2;
CREATE INDEX captures_delivered ON captures (sequence) WHERE state = 1;
CREATE INDEX captures_kept ON captures (sequence) WHERE state = 5;
CREATE INDEX captures_exported ON captures (sequence) WHERE state = 0 AND exported = 1;
CREATE INDEX captures_gone ON captures (sequence) WHERE state = 4;
CREATE TABLE totals (
    state INTEGER PRIMARY KEY, captures INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE fixes (
    boot TEXT PRIMARY KEY, offset_ns INTEGER NOT NULL, error_ms REAL NOT NULL, source TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE records (
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
CREATE TABLE commands (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '', capture TEXT NOT NULL DEFAULT '', heard INTEGER NOT NULL DEFAULT 0
);
CREATE TRIGGER captures_added AFTER INSERT ON captures BEGIN
    INSERT INTO totals VALUES (new.state, 1, new.size)
        ON CONFLICT (state) DO UPDATE SET captures = captures + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER captures_moved
AFTER UPDATE OF state ON captures WHEN old.state <> new.state BEGIN
    UPDATE totals SET captures = captures - 1, bytes = bytes - old.size WHERE state = old.state;
    INSERT INTO totals VALUES (new.state, 1, new.size)
        ON CONFLICT (state) DO UPDATE SET captures = captures + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER captures_dropped AFTER DELETE ON captures BEGIN
    UPDATE totals SET captures = captures - 1, bytes = bytes - old.size WHERE state = old.state;
END;
PRAGMA user_version = 2;
