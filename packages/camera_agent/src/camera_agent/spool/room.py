"""Making room on a full card: what goes first, so that the film gets sparser and not shorter.

In this order: pictures that the server refused, oldest first; then waiting captures, thinned out evenly:
those with an odd sequence number, then the odd multiples of 2, of 4... After half of a backlog is dropped the
largest gap is one picture, where dropping the oldest half would leave a hole. The first and the newest stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.spool.rows import State, to_capture

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camera_agent.frame import Capture

#: So many captures are looked at per query.
BATCH = 64
#: Sequence numbers above 2**40 are not reached in a camera's life.
LEVELS = 40

REFUSED = "SELECT * FROM captures WHERE state = 2 AND sequence > ? ORDER BY sequence LIMIT ?"
WAITING = """
SELECT * FROM captures
WHERE state = 0 AND sequence > ? AND (sequence & ?) = ? AND sequence NOT IN (
    SELECT min(sequence) FROM captures WHERE state = 0
    UNION SELECT max(sequence) FROM captures WHERE state = 0
) ORDER BY sequence LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """What went: bytes, refused pictures, captures that were never delivered."""

    bytes: int = 0
    refused: int = 0
    thinned: int = 0


def missing(*, used: int, quota: int, free: int, reserve: int) -> int:
    """Bytes that have to go: above the quota (0: none), or to give the system its reserve back."""
    return max(0, used - quota if quota else 0, reserve - free)


def make_room(index: sqlite3.Connection, path_of: Callable[[Capture], Path], wanted: int) -> Freed:
    """Drop pictures until at least `wanted` bytes are free, or nothing more may go.

    The row says so first, then the file goes; the rows stay, as tombstones.
    """
    size = refused = thinned = 0
    for capture, state in _candidates(index):
        if size >= wanted:
            break
        index.execute(
            "UPDATE captures SET state = ?, message = 'Dropped to make room.' WHERE sequence = ?",
            (State.DROPPED, capture.sequence),
        )
        path_of(capture).unlink(missing_ok=True)
        size += capture.size
        refused += state == State.REFUSED
        thinned += state == State.PENDING
    return Freed(bytes=size, refused=refused, thinned=thinned)


def _candidates(index: sqlite3.Connection) -> Iterator[tuple[Capture, State]]:
    yield from _pages(index, REFUSED, ())
    for level in range(LEVELS):
        step = 1 << level
        yield from _pages(index, WAITING, (2 * step - 1, step))


def _pages(index: sqlite3.Connection, query: str, values: tuple[int, ...]) -> Iterator[tuple[Capture, State]]:
    last = -1
    while page := index.execute(query, (last, *values, BATCH)).fetchall():
        for row in page:
            yield to_capture(row), State(row["state"])
        last = page[-1]["sequence"]
