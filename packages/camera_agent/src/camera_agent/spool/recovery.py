"""Putting the spool in order after a stop at any instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.clock import ClockQuality, Instant
from camera_agent.frame import CAPTURE_ID, HEAD_BYTES, filetype_of
from camera_agent.spool import rows
from camera_agent.spool.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camera_agent.frame import Capture
    from camera_agent.spool.index import Index

#: Captures with this prefix come from a source that is still there, so an orphan is simply taken again.
REPEATABLE = "replay-"
#: A whole file without a row was taken right after the newest row's, within this many nanoseconds.
LONGEST_APART_NS = 86_400 * 10**9
#: States whose picture has gone, or was about to.
GONE = (rows.CaptureState.DELIVERED, rows.CaptureState.DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What was put right: half-written files dropped, whole ones adopted, done ones removed, missing ones."""

    dropped: int
    adopted: int
    removed: int
    lost: int


def recover(
    index: Index, *, incoming: Path, captures: Path, now: Instant, path_of: Callable[[Capture], Path]
) -> Recovery:
    """Make files and rows agree. A file with its final name is whole: it was synced before it was renamed."""
    dropped = adopted = removed = waiting = 0
    for path in incoming.iterdir():
        path.unlink()
        dropped += 1
    for path in captures.iterdir():
        row = index.one("SELECT state FROM captures WHERE capture = ?", path.stem)
        if row is None and _adopt(index, path, now):
            adopted += 1
        elif row is None or row["state"] in GONE:
            path.unlink()
            removed += 1
        elif (
            row["state"] == rows.CaptureState.LOST
        ):  # a card that was read with errors, or not there, is back
            index.change("UPDATE captures SET state = 0 WHERE capture = ?", path.stem)
            adopted += 1
        else:
            waiting += row["state"] == rows.CaptureState.PENDING
    pending = index.number("SELECT captures FROM totals WHERE state = 0")
    lost = _mark_lost(index, path_of) if waiting + adopted < pending else 0
    return Recovery(dropped=dropped, adopted=adopted, removed=removed, lost=lost)


def _adopt(index: Index, path: Path, now: Instant) -> bool:
    """Give a whole file without a row its row; False for what is no capture or can be taken again."""
    with path.open("rb") as file:
        filetype = filetype_of(file.read(HEAD_BYTES))
    if filetype is None or not CAPTURE_ID.fullmatch(path.stem) or path.stem.startswith(REPEATABLE):
        return False
    about = path.stat()
    newest = index.one("SELECT * FROM captures ORDER BY sequence DESC LIMIT 1")
    rows.insert(
        index,
        capture=path.stem,
        filename=path.name,
        filetype=filetype,
        size=about.st_size,
        sha256=sha256_of(path),
        captured_at=adopted_at(
            about.st_mtime_ns, rows.to_capture(newest).captured_at if newest else None, now
        ),
        exposure={},
        cause={},
    )
    return True


def adopted_at(written_ns: int, before: Instant | None, now: Instant) -> Instant:
    """When a file without a row was taken: its row is lost, but it came right after the newest row's.

    So it belongs to that one's boot, as long after it as the file's time says if that makes sense.
    """
    if before is None:
        quality = ClockQuality.UNKNOWN if now.quality is ClockQuality.UNKNOWN else ClockQuality.ESTIMATED
        return Instant(wall_ns=written_ns, quality=quality, boot=now.boot, monotonic_ns=0)
    quality = ClockQuality.UNKNOWN if before.quality is ClockQuality.UNKNOWN else ClockQuality.ESTIMATED
    apart = written_ns - before.wall_ns
    if not 0 < apart < LONGEST_APART_NS:
        apart = 1
    return Instant(
        wall_ns=before.wall_ns + apart,
        quality=quality,
        boot=before.boot,
        monotonic_ns=before.monotonic_ns + apart,
    )


def _mark_lost(index: Index, path_of: Callable[[Capture], Path]) -> int:
    pending = index.all("SELECT * FROM captures WHERE state = 0")
    missing = [row["sequence"] for row in pending if not path_of(rows.to_capture(row)).exists()]
    with index.transaction() as connection:
        connection.executemany(
            "UPDATE captures SET state = ?, message = 'The picture is missing.' WHERE sequence = ?",
            [(rows.CaptureState.LOST, sequence) for sequence in missing],
        )
    return len(missing)
