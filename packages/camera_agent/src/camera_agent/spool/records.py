"""Records (gaps, log messages), stored until the server has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from camera_agent.captures import rfc3339

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from camera_agent.home import Json
    from camera_agent.host.clock import Instant
    from camera_agent.spool.index import Index

#: At most this many records are stored; beyond it the oldest log messages go first, then the oldest gaps.
MAX_RECORDS = 5000
#: At most this many bytes of JSON, and this many records, are uploaded in one batch.
BATCH_BYTES, BATCH = 200_000, 500
#: Of a log message with more bytes of JSON than this only the type is uploaded.
MAX_BYTES = 16_000

INSERT = """
INSERT INTO records (kind, wall_ns, clock, boot, monotonic_ns, since_ns, until_ns, data)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
TRIM = (
    "DELETE FROM records WHERE number IN (SELECT number FROM records ORDER BY kind = 'gap', number LIMIT ?)"
)
#: The stored keys: how many records were ever dropped for want of room, and how many of these were reported.
DROPPED_RECORDS, REPORTED = "records_dropped", "records_dropped_reported"
ADD = "INSERT INTO key_values VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
#: Captures dropped on a full card that have not been reported, for each reason.
DROPPED = """
SELECT code, count(*) AS missed, min(sequence) AS first, max(sequence) AS last, min(wall_ns) AS since,
    max(wall_ns) AS until FROM captures WHERE state = 4 AND reported = 0 GROUP BY code
"""
WHY_DROPPED: Mapping[str, str] = {
    "thinned": "The card was full: pending captures were dropped, evenly spread.",
    "refused": "The card was full: pictures that the server had refused were dropped.",
}


class Records:
    """A queue of records on disk; each has a number that is never used again."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def log(self, messages: Iterable[tuple[Instant, Mapping[str, Json]]]) -> int:
        """Store log messages; return how many older records were dropped for them."""
        with self._index.transaction() as index:
            for at, message in messages:
                index.execute(INSERT, (*_row("log", at), None, None, _dump(message)))
            return _trim(index)

    def gap(
        self, at: Instant, data: Mapping[str, Json], *, since_ns: int | None, until_ns: int | None
    ) -> None:
        """Store a gap, from and until a time of the boot's monotonic clock (nanoseconds)."""
        with self._index.transaction() as index:
            index.execute(INSERT, (*_row("gap", at), since_ns, until_ns, _dump(data)))
            _trim(index)

    def record_dropped(self, at: Instant) -> int:
        """Store a gap for the captures dropped since the last call; return how many."""
        missed = 0
        with self._index.transaction() as index:
            for row in index.execute(DROPPED).fetchall():
                data = gap(row["code"], WHY_DROPPED[row["code"]], row["missed"])
                data |= {"from": rfc3339(row["since"]), "until": rfc3339(row["until"])}
                data |= {"first_sequence": row["first"], "last_sequence": row["last"]}
                index.execute(INSERT, (*_row("gap", at), None, None, _dump(data)))
                missed += row["missed"]
            index.execute("UPDATE captures SET reported = 1 WHERE state = 4 AND reported = 0")
        return missed

    def batch(self, limit: int = BATCH) -> tuple[list[dict[str, Json]], int]:
        """Return at most `limit` of the oldest records in the protocol's form, and the number of the last."""
        found: list[dict[str, Json]] = []
        size = last = 0
        for row in self._index.all("SELECT * FROM records ORDER BY number LIMIT ?", limit):
            size += len(row["data"]) + 200
            if found and size > BATCH_BYTES:
                break
            data = json.loads(row["data"])
            for name, moment in (("from", row["since_ns"]), ("until", row["until_ns"])):
                if moment is not None:
                    data[name] = rfc3339(row["wall_ns"] + moment - row["monotonic_ns"])
            record = {"id": f"{row['boot']}-{row['number']}", "kind": row["kind"], "data": data}
            found.append(record | {"at": rfc3339(row["wall_ns"]), "clock": row["clock"]})
            last = row["number"]
        return found, last

    def delete_up_to(self, last: int) -> None:
        """Delete the records up to this number: the server has them."""
        self._index.change("DELETE FROM records WHERE number <= ?", last)

    def count(self) -> int:
        """Return how many are stored."""
        return self._index.number("SELECT count(*) FROM records")

    def dropped(self) -> int:
        """Return how many were ever dropped because too many were stored."""
        return self._index.number("SELECT value FROM key_values WHERE name = ?", DROPPED_RECORDS)

    def unreported(self) -> int:
        """Return how many of the dropped ones no log message counts yet."""
        reported = self._index.number("SELECT value FROM key_values WHERE name = ?", REPORTED)
        return self.dropped() - reported

    def report_dropped(self, at: Instant) -> None:
        """Store a log message that counts the dropped records, once it takes no other one's place."""
        with self._index.transaction() as index:
            left_out = self.unreported()
            if left_out and self.count() < MAX_RECORDS:
                message: dict[str, Json] = {"message_type": "camera:log_left_out", "messages": left_out}
                index.execute(INSERT, (*_row("log", at), None, None, _dump(message)))
                index.execute(ADD, (REPORTED, left_out))


def gap(reason: str, detail: str, missed: int) -> dict[str, Json]:
    """Return a gap's data, without the times."""
    empty: dict[str, Json] = dict.fromkeys(("from", "until", "first_sequence", "last_sequence"))
    return {"reason": reason, "detail": detail, "missed": missed, **empty}


def _trim(index: sqlite3.Connection) -> int:
    """Drop what is too many, and count it; return how many."""
    surplus: int = index.execute("SELECT count(*) FROM records").fetchone()[0] - MAX_RECORDS
    if surplus <= 0:
        return 0
    index.execute(TRIM, (surplus,))
    index.execute(ADD, (DROPPED_RECORDS, surplus))
    return surplus


def _row(kind: str, at: Instant) -> tuple[str, int, str, str, int]:
    return kind, at.wall_ns, at.quality.value, at.boot, at.monotonic_ns


def _dump(data: Mapping[str, Json]) -> str:
    try:
        text = json.dumps(dict(data), default=str, allow_nan=False)
    except ValueError:  # a number that JSON does not have
        text = json.dumps({name: str(value) for name, value in data.items()})
    if len(text) <= MAX_BYTES:
        return text
    named = {name: data.get(name) for name in ("message_type", "timestamp", "task_uuid", "task_level")}
    return json.dumps({**named, "too_long": len(text)})
