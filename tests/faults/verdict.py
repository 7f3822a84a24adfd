"""The judge: what the camera took and the spool promised, against what the store holds. It does no I/O."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from .camera import Taken

#: Seconds by which a time may be off: a synced clock's, and one reckoned from answers of the server, of which
#: none takes longer than the agent waits for one (10 s), so that their middle is off by half of that.
SYNCED_S, ESTIMATED_S = 1.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A committed row of the spool."""

    capture: str
    sequence: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A frame of the store; ``file_sha256`` is of the bytes that really lie there, "" when there are none."""

    capture: str
    sequence: int
    sha256: str
    file_sha256: str
    captured_at: datetime
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the judge is told.

    ``excused`` are numbers of captures that were never promised and may be missing: the last one before an
    agent was killed, and those taken while its disk was full. ``boot_ns`` is the Unix time at which the
    machine's clock since boot was 0.
    """

    taken: Sequence[Taken]
    promised: Collection[Promised]
    kept: Sequence[Kept]
    excused: Collection[int]
    boot_ns: int
    #: Files below the store's folder of frames.
    files: int


def judge(evidence: Evidence) -> list[str]:
    """Say what was violated; an empty list is an acquittal."""
    return [
        *_promises(evidence),
        *_bytes(evidence),
        *_once(evidence),
        *_order(evidence),
        *_times(evidence),
    ]


def _promises(evidence: Evidence) -> Iterator[str]:
    there = {frame.sha256 for frame in evidence.kept}
    for one in evidence.promised:
        if one.sha256 not in there:
            yield f"lost: capture {one.capture} (sequence {one.sequence}) was promised and is not stored"
    promised = {one.sha256 for one in evidence.promised}
    for taken in evidence.taken:
        unseen = taken.sha256 not in there and taken.sha256 not in promised
        if unseen and taken.number not in evidence.excused:
            yield f"lost: picture {taken.number} never reached the spool, and nothing excuses that"


def _bytes(evidence: Evidence) -> Iterator[str]:
    known = {taken.sha256 for taken in evidence.taken}
    for frame in evidence.kept:
        if frame.file_sha256 != frame.sha256:
            yield f"changed: the file of {frame.capture} is not what its row says"
        elif frame.sha256 not in known:
            yield f"changed: {frame.capture} is no picture that the camera took"


def _once(evidence: Evidence) -> Iterator[str]:
    for what in ("sha256", "capture", "sequence"):
        for value, times in Counter(getattr(frame, what) for frame in evidence.kept).items():
            if times > 1:
                yield f"doubled: {times} frames have the {what} {value}"
    if evidence.files != len(evidence.kept):
        yield f"doubled: the store has {evidence.files} files for {len(evidence.kept)} frames"


def _order(evidence: Evidence) -> Iterator[str]:
    numbers = {taken.sha256: taken.number for taken in evidence.taken}
    ordered = sorted(
        (f for f in evidence.kept if f.sha256 in numbers), key=lambda frame: (frame.sequence, frame.capture)
    )
    for before, after in pairwise(ordered):
        if numbers[before.sha256] > numbers[after.sha256]:
            first, second = numbers[before.sha256], numbers[after.sha256]
            yield f"disordered: picture {first} comes before {second} by sequence ({before.sequence})"


def _times(evidence: Evidence) -> Iterator[str]:
    moments = {taken.sha256: evidence.boot_ns + taken.at_ns for taken in evidence.taken}
    bounds = {"synced": SYNCED_S, "estimated": ESTIMATED_S}
    for frame in evidence.kept:
        bound = bounds.get(frame.clock)
        if bound is None or frame.sha256 not in moments:
            continue
        off_s = frame.captured_at.timestamp() - moments[frame.sha256] / 1e9
        if abs(off_s) > bound:
            yield f"mistimed: {frame.capture} is called {frame.clock} and is off by {off_s:.1f} s"
