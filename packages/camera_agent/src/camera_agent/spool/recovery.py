"""Putting the spool in order after a stop at any instant."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from camera_agent.clock import ClockQuality, Instant
from camera_agent.frame import CAPTURE_ID, HEAD_BYTES, filetype_of
from camera_agent.spool import rows
from camera_agent.spool.files import sha256_of

#: Captures with this prefix come from a source that is still there, so an orphan is simply taken again.
REPEATABLE = "replay-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What had to be put right: half-written files dropped, files adopted, delivered files removed, files lost."""

    dropped: int
    adopted: int
    removed: int
    lost: int


def recover(index: sqlite3.Connection, *, incoming: Path, captures: Path, now: Instant) -> Recovery:
    """Make files and rows agree. A file with its final name is whole, for it was synced before it was renamed."""
    dropped = [path.unlink() for path in incoming.iterdir()]
    files = {path.stem: path for path in captures.iterdir()}
    states = dict(index.execute("SELECT capture, state FROM captures").fetchall())
    adopted = removed = 0
    for name in sorted(files):
        if name not in states:
            if _adopt(index, files[name], now):
                adopted += 1
            else:
                removed += 1
        elif states[name] == rows.DELIVERED:
            files[name].unlink()
            removed += 1
    missing = [(name,) for name, state in states.items() if state == rows.PENDING and name not in files]
    index.executemany(
        f"UPDATE captures SET state = {rows.LOST}, message = 'The picture is missing.' WHERE capture = ?",
        missing,
    )
    return Recovery(dropped=len(dropped), adopted=adopted, removed=removed, lost=len(missing))


def _adopt(index: sqlite3.Connection, path: Path, now: Instant) -> bool:
    """Give a whole file without a row its row; drop what is no capture or can be taken again."""
    with path.open("rb") as file:
        filetype = filetype_of(file.read(HEAD_BYTES))
    if filetype is None or not CAPTURE_ID.fullmatch(path.stem) or path.stem.startswith(REPEATABLE):
        path.unlink()
        return False
    about = path.stat()
    quality = ClockQuality.UNKNOWN if now.quality is ClockQuality.UNKNOWN else ClockQuality.ESTIMATED
    # The monotonic time of another boot is gone; 0 sorts it before all others of this boot, which it was.
    index.execute(
        "INSERT INTO captures (capture, filename, filetype, size, sha256, wall_ns, clock, boot, monotonic_ns,"
        f" exposure) VALUES ({'?,' * 9}?)",
        (path.stem, path.name, filetype, about.st_size, sha256_of(path), about.st_mtime_ns, quality.value)
        + (now.boot, 0, "{}"),
    )
    return True
