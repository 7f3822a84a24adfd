"""Compares what the camera captured and the spool promised with the content of the store. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from .camera import LedgerEntry

#: Maximum error of a time in seconds: of a synced clock, and of an estimate from the server's responses. The
#: agent waits 10 s for a response at most, so the middle of a request is off by half of that.
SYNCED_S, ESTIMATED_S = 1.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedCapture:
    """A committed row of the spool."""

    capture: str
    sequence: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFrame:
    """A frame of the store; ``file_sha256`` is the digest of the file on disk, "" if there is none."""

    capture: str
    sequence: int
    sha256: str
    file_sha256: str
    captured_at: datetime
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRecord:
    """Everything that the checker needs to know.

    ``exempt`` are the numbers of captures that may be missing because they were never promised: the last one
    before an agent was killed, and those captured while its disk was full. ``boot_ns`` is the Unix time at
    which the machine's clock since boot was 0.
    """

    captured: Sequence[LedgerEntry]
    promised: Collection[PromisedCapture]
    stored: Sequence[StoredFrame]
    exempt: Collection[int]
    boot_ns: int
    #: Number of files in the store's folder of frames.
    files: int


def check(record: FaultRecord) -> list[str]:
    """Return the violations; an empty list means that all promises were kept."""
    return [
        *_lost(record),
        *_changed(record),
        *_duplicated(record),
        *_out_of_order(record),
        *_mistimed(record),
    ]


def _lost(record: FaultRecord) -> Iterator[str]:
    stored = {frame.sha256 for frame in record.stored}
    for each in record.promised:
        if each.sha256 not in stored:
            yield f"lost: capture {each.capture} (sequence {each.sequence}) was promised and is not stored"
    promised = {each.sha256 for each in record.promised}
    for entry in record.captured:
        missing = entry.sha256 not in stored and entry.sha256 not in promised
        if missing and entry.number not in record.exempt:
            yield f"lost: picture {entry.number} never reached the spool and is not exempt"


def _changed(record: FaultRecord) -> Iterator[str]:
    known = {entry.sha256 for entry in record.captured}
    for frame in record.stored:
        if frame.file_sha256 != frame.sha256:
            yield f"changed: the file of {frame.capture} does not match its row"
        elif frame.sha256 not in known:
            yield f"changed: {frame.capture} is no picture that the camera captured"


def _duplicated(record: FaultRecord) -> Iterator[str]:
    for field in ("sha256", "capture", "sequence"):
        for value, times in Counter(getattr(frame, field) for frame in record.stored).items():
            if times > 1:
                yield f"duplicated: {times} frames have the {field} {value}"
    if record.files != len(record.stored):
        yield f"duplicated: the store has {record.files} files for {len(record.stored)} frames"


def _out_of_order(record: FaultRecord) -> Iterator[str]:
    numbers = {entry.sha256: entry.number for entry in record.captured}
    ordered = sorted(
        (f for f in record.stored if f.sha256 in numbers), key=lambda frame: (frame.sequence, frame.capture)
    )
    for before, after in pairwise(ordered):
        if numbers[before.sha256] > numbers[after.sha256]:
            first, second = numbers[before.sha256], numbers[after.sha256]
            yield f"out of order: picture {first} comes before {second} by sequence ({before.sequence})"


def _mistimed(record: FaultRecord) -> Iterator[str]:
    captured_ns = {entry.sha256: record.boot_ns + entry.at_ns for entry in record.captured}
    bounds = {"synced": SYNCED_S, "estimated": ESTIMATED_S}
    for frame in record.stored:
        bound = bounds.get(frame.clock)
        if bound is None or frame.sha256 not in captured_ns:
            continue
        off_s = frame.captured_at.timestamp() - captured_ns[frame.sha256] / 1e9
        if abs(off_s) > bound:
            yield f"mistimed: {frame.capture} claims to be {frame.clock} and is off by {off_s:.1f} s"
