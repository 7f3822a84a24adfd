"""Eviction from a full card: thins the captures out, so that the timelapse gets sparser and not shorter.

The order: delivered pictures that are kept, oldest first; pictures that the server refused, oldest first;
then pending captures, first those that are on a USB drive as well. Pending captures are thinned out evenly:
those with an odd sequence number, then the odd multiples of 2, of 4... After half of a backlog is dropped the
largest gap is one picture, where dropping the oldest half would leave a hole. The first and the newest stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.spool.rows import CaptureState, to_capture

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from camera_agent.captures import Capture
    from camera_agent.spool.index import Index

#: Captures read per query.
BATCH = 64
#: No camera reaches sequence numbers above 2**40.
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
    """How long delivered pictures are kept: at most `bytes` of them (0: none), for `days` (0: any)."""

    bytes: int = 0
    days: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """What was evicted: bytes, kept pictures, refused pictures, and pending captures (`thinned`)."""

    bytes: int = 0
    kept: int = 0
    refused: int = 0
    thinned: int = 0


def bytes_to_free(*, used: int, quota: int, free: int, reserve: int) -> int:
    """Return the bytes to evict to get below the quota (0: none) and to leave the system its reserve."""
    return max(0, used - quota if quota else 0, reserve - free)


class Evictor:
    """Evicts pictures of one spool.

    It remembers how far each level is thinned out, so that on a card that is full for months a new capture
    costs one query and not a scan of all pending captures.
    """

    def __init__(self, index: Index, path_of: Callable[[Capture], Path]) -> None:
        self._index, self._path_of = index, path_of
        self._thinned_to: dict[int, int] = {}

    def free(self, wanted: int, *, protected: Collection[int] = ()) -> Freed:
        """Evict pictures until at least `wanted` bytes are free, or nothing is left to evict.

        `protected` are the sequence numbers of uploads in progress. The rows of captures that were never
        delivered stay as tombstones until they are reported to the server.
        """
        if not wanted:
            return Freed()
        size, evicted = 0, dict.fromkeys((CaptureState.KEPT, CaptureState.REFUSED, CaptureState.PENDING), 0)
        for capture, state, level in self._candidates():
            if size >= wanted:
                break
            if capture.sequence in protected:
                continue
            self.drop(capture, state)
            size += capture.size
            evicted[state] += 1
            if level is not None:
                self._thinned_to[level] = capture.sequence
        return Freed(
            bytes=size,
            kept=evicted[CaptureState.KEPT],
            refused=evicted[CaptureState.REFUSED],
            thinned=evicted[CaptureState.PENDING],
        )

    def expire_kept(self, *, limit: int, before_ns: int) -> int:
        """Drop kept pictures beyond `limit` bytes or captured before a moment; return how many."""
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
        """Drop one picture: first update its row, then delete its file."""
        with self._index.transaction() as index:
            if state is CaptureState.KEPT:
                index.execute(
                    "UPDATE captures SET state = ? WHERE sequence = ?",
                    (CaptureState.DELIVERED, capture.sequence),
                )
            else:
                # A capture that is on a USB drive is not missing: it needs no report.
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
