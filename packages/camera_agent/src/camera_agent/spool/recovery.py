"""Putting the spool in order after a stop at any instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.clock import ClockQuality, Instant
from camera_agent.frame import CAPTURE_ID, HEAD_BYTES, filetype_of
from camera_agent.spool import rows
from camera_agent.spool.files import sha256_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from camera_agent.frame import Capture

#: Captures with this prefix come from a source that is still there, so an orphan is simply taken again.
REPEATABLE = "replay-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What was put right: half-written files dropped, whole ones adopted, done ones removed, missing ones."""

    dropped: int
    adopted: int
    removed: int
    lost: int


def recover(
    index: sqlite3.Connection,
    *,
    incoming: Path,
    captures: Path,
    now: Instant,
    path_of: Callable[[Capture], Path],
) -> Recovery:
    """Make files and rows agree. A file with its final name is whole: it was synced before it was renamed."""
    dropped = adopted = removed = waiting = 0
    for path in incoming.iterdir():
        path.unlink()
        dropped += 1
    for path in captures.iterdir():
        row = index.execute("SELECT state FROM captures WHERE capture = ?", (path.stem,)).fetchone()
        if row is None and _adopt(index, path, now):
            adopted += 1
        elif row is None or row["state"] == rows.State.DELIVERED:
            path.unlink()
            removed += 1
        else:
            waiting += row["state"] == rows.State.PENDING
    lost = _mark_lost(index, path_of) if waiting + adopted < _pending(index) else 0
    return Recovery(dropped=dropped, adopted=adopted, removed=removed, lost=lost)


def _adopt(index: sqlite3.Connection, path: Path, now: Instant) -> bool:
    """Give a whole file without a row its row; False for what is no capture or can be taken again."""
    with path.open("rb") as file:
        filetype = filetype_of(file.read(HEAD_BYTES))
    if filetype is None or not CAPTURE_ID.fullmatch(path.stem) or path.stem.startswith(REPEATABLE):
        return False
    about = path.stat()
    quality = ClockQuality.UNKNOWN if now.quality is ClockQuality.UNKNOWN else ClockQuality.ESTIMATED
    rows.insert(
        index,
        capture=path.stem,
        filename=path.name,
        filetype=filetype,
        size=about.st_size,
        sha256=sha256_of(path),
        # Its own monotonic time is gone; 0 puts it before all others of this boot, which it was.
        taken=Instant(wall_ns=about.st_mtime_ns, quality=quality, boot=now.boot, monotonic_ns=0),
        exposure={},
    )
    return True


def _pending(index: sqlite3.Connection) -> int:
    row = index.execute("SELECT captures FROM totals WHERE state = 0").fetchone()
    return int(row["captures"]) if row else 0


def _mark_lost(index: sqlite3.Connection, path_of: Callable[[Capture], Path]) -> int:
    rows_pending = index.execute("SELECT * FROM captures WHERE state = 0").fetchall()
    missing = [row["sequence"] for row in rows_pending if not path_of(rows.to_capture(row)).exists()]
    index.executemany(
        "UPDATE captures SET state = ?, message = 'The picture is missing.' WHERE sequence = ?",
        [(rows.State.LOST, sequence) for sequence in missing],
    )
    return len(missing)
