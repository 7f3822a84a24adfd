"""Recovery of the spool after a stop at any instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.captures import CAPTURE_ID, HEAD_BYTES, footage_type_of
from camera_agent.host.clock import ClockQuality, Instant
from camera_agent.spool import rows
from camera_agent.spool.files import sha256_of
from camera_agent.spool.numbering import number_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camera_agent.captures import Capture
    from camera_agent.spool.index import Index

#: Captures with this prefix come from a source that still exists, so an orphan is simply captured again.
REPEATABLE = "replay-"
#: A complete file without a row was captured after the newest row's, within this many nanoseconds.
MAX_APART_NS = 86_400 * 10**9
#: States whose picture has been deleted, or was about to be.
GONE = (rows.CaptureState.DELIVERED, rows.CaptureState.DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What recovery did with files: dropped (partial), adopted, removed (delivered), lost."""

    dropped: int
    adopted: int
    removed: int
    lost: int


def recover(
    index: Index, *, incoming: Path, captures: Path, now: Instant, path_of: Callable[[Capture], Path]
) -> Recovery:
    """Make files and rows agree. A file with its final name is complete: it was synced before the rename."""
    dropped = adopted = removed = waiting = 0
    for path in incoming.iterdir():
        path.unlink()
        dropped += 1
    for path in sorted(captures.iterdir()):
        row = index.one("SELECT state FROM captures WHERE capture = ?", path.stem)
        if row is None and _adopt(index, path, now):
            adopted += 1
        elif row is None or row["state"] in GONE:
            path.unlink()
            removed += 1
        elif row["state"] == rows.CaptureState.LOST:  # the card was absent or unreadable before
            index.change("UPDATE captures SET state = 0 WHERE capture = ?", path.stem)
            adopted += 1
        else:
            waiting += row["state"] == rows.CaptureState.PENDING
    pending = index.number("SELECT captures FROM totals WHERE state = 0")
    lost = _mark_lost(index, path_of) if waiting + adopted < pending else 0
    return Recovery(dropped=dropped, adopted=adopted, removed=removed, lost=lost)


def _adopt(index: Index, path: Path, now: Instant) -> bool:
    """Add the row of a complete file; False for a file that is no capture, or can be captured again."""
    with path.open("rb") as file:
        filetype = footage_type_of(file.read(HEAD_BYTES))
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
        sequence=_free_number(index, path.stem),
    )
    return True


def _free_number(index: Index, capture: str) -> int | None:
    """Return the number that a capture had before the index was lost; None if it is not known, or taken."""
    number = number_of(capture)
    taken = number is None or index.one("SELECT 1 FROM captures WHERE sequence = ?", number) is not None
    return None if taken else number


def adopted_at(written_ns: int, before: Instant | None, now: Instant) -> Instant:
    """Return when a file without a row was captured: after the newest row, in the same boot.

    The file's own time says how long after, if that is plausible.
    """
    if before is None:
        quality = ClockQuality.UNKNOWN if now.quality is ClockQuality.UNKNOWN else ClockQuality.ESTIMATED
        # Of a boot that nobody knows: no fix may correct it, because its monotonic time is not known.
        return Instant(wall_ns=written_ns, quality=quality, boot="", monotonic_ns=0)
    quality = ClockQuality.UNKNOWN if before.quality is ClockQuality.UNKNOWN else ClockQuality.ESTIMATED
    apart = written_ns - before.wall_ns
    if not 0 < apart < MAX_APART_NS:
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
