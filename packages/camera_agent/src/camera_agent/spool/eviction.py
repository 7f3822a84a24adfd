"""Making room on a full card: what goes first, so that the film gets sparser and not shorter.

In this order: delivered pictures that are kept, oldest first; pictures that the server refused, oldest
first; then waiting captures, those that are on a stick as well before all others, thinned out evenly: those
with an odd sequence number, then the odd multiples of 2, of 4... After half of a backlog is dropped the
largest gap is one picture, where dropping the oldest half would leave a hole. The first and the newest stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.spool.rows import CaptureState, to_capture

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from camera_agent.frame import Capture
    from camera_agent.spool.index import Index

#: So many captures are looked at per query.
BATCH = 64
#: Sequence numbers above 2**40 are not reached in a camera's life.
LEVELS = 40

SENT = "SELECT * FROM captures WHERE state = {state} AND sequence > ? ORDER BY sequence LIMIT ?"
WAITING = """
SELECT * FROM captures
WHERE state = 0 {more} AND sequence > ? AND (sequence & ?) = ? AND sequence NOT IN (
    SELECT min(sequence) FROM captures WHERE state = 0
    UNION SELECT max(sequence) FROM captures WHERE state = 0
) ORDER BY sequence LIMIT ?
"""
DROP = (
    "UPDATE captures SET state = ?, code = ?, reported = ?, message = 'Dropped to make room.'"
    " WHERE sequence = ?"
)
COUNT_DROPPED = """
INSERT INTO key_values VALUES ('dropped', '1')
    ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1
"""
EXPIRED = "SELECT * FROM captures WHERE state = 5 AND wall_ns < ? ORDER BY sequence LIMIT ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long delivered pictures stay: so many bytes of them (0: none), and days (0: as there is room)."""

    bytes: int = 0
    days: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """What went: bytes, kept and refused pictures, captures that were never delivered."""

    bytes: int = 0
    kept: int = 0
    refused: int = 0
    thinned: int = 0


def bytes_to_free(*, used: int, quota: int, free: int, reserve: int) -> int:
    """Bytes that have to go: above the quota (0: none), or to give the system its reserve back."""
    return max(0, used - quota if quota else 0, reserve - free)


class Evictor:
    """Drops pictures of one spool.

    It remembers how far each level is thinned out, so that a card that is full for months costs each new
    capture one look and not a look at all that waits.
    """

    def __init__(self, index: Index, path_of: Callable[[Capture], Path]) -> None:
        self._index, self._path_of = index, path_of
        self._thinned_to: dict[int, int] = {}

    def free(self, wanted: int, *, protected: Collection[int] = ()) -> Freed:
        """Drop pictures until at least `wanted` bytes are free, or nothing more may go.

        `spared` are sequence numbers that are being uploaded. The row says so first, then the file goes; the
        rows of captures never delivered stay, as tombstones, until the server has heard of them.
        """
        if not wanted:
            return Freed()
        size, gone = 0, dict.fromkeys((CaptureState.KEPT, CaptureState.REFUSED, CaptureState.PENDING), 0)
        for capture, state, level in self._candidates():
            if size >= wanted:
                break
            if capture.sequence in protected:
                continue
            self.drop(capture, state)
            size += capture.size
            gone[state] += 1
            if level is not None:
                self._thinned_to[level] = capture.sequence
        return Freed(
            bytes=size,
            kept=gone[CaptureState.KEPT],
            refused=gone[CaptureState.REFUSED],
            thinned=gone[CaptureState.PENDING],
        )

    def expire_kept(self, *, limit: int, before_ns: int) -> int:
        """Drop kept pictures, oldest first, beyond `limit` bytes or taken before a moment; gives how many."""
        kept = self._index.number("SELECT bytes FROM totals WHERE state = 5")
        dropped = 0
        for capture in map(to_capture, self._index.all(EXPIRED, before_ns, BATCH)):
            self.drop(capture, CaptureState.KEPT)
            kept -= capture.size
            dropped += 1
        for capture in self._pages(SENT.format(state=int(CaptureState.KEPT)), ()):
            if kept <= limit:
                break
            self.drop(capture, CaptureState.KEPT)
            kept -= capture.size
            dropped += 1
        return dropped

    def drop(self, capture: Capture, state: CaptureState) -> None:
        """Let go of one picture: the row says so first, then the file goes."""
        with self._index.transaction() as index:
            if state is CaptureState.KEPT:
                index.execute(
                    "UPDATE captures SET state = ? WHERE sequence = ?",
                    (CaptureState.DELIVERED, capture.sequence),
                )
            else:
                # One that is on a stick is not missing from the film: nobody needs to be told.
                reason = "refused" if state is CaptureState.REFUSED else "thinned"
                index.execute(DROP, (CaptureState.DROPPED, reason, int(capture.exported), capture.sequence))
                index.execute(COUNT_DROPPED)
        self._path_of(capture).unlink(missing_ok=True)

    def _candidates(self) -> Iterator[tuple[Capture, CaptureState, int | None]]:
        for state in (CaptureState.KEPT, CaptureState.REFUSED):
            for capture in self._pages(SENT.format(state=int(state)), ()):
                yield capture, state, None
        if self._index.one("SELECT 1 FROM captures WHERE state = 0 AND exported = 1 LIMIT 1"):
            for level in range(LEVELS):
                for capture in self._level(level, "AND exported = 1", -1):
                    yield capture, CaptureState.PENDING, None
        for level in range(LEVELS):
            for capture in self._level(level, "", self._thinned_to.get(level, -1)):
                yield capture, CaptureState.PENDING, level

    def _level(self, level: int, more: str, last: int) -> Iterator[Capture]:
        step = 1 << level
        return self._pages(WAITING.format(more=more), (2 * step - 1, step), last)

    def _pages(self, query: str, values: tuple[int, ...], last: int = -1) -> Iterator[Capture]:
        while page := self._index.all(query, last, *values, BATCH):
            yield from map(to_capture, page)
            last = page[-1]["sequence"]
