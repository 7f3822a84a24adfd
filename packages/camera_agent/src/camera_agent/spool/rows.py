"""Rows of the spool's table as captures."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import TYPE_CHECKING

from camera_agent.captures import Capture
from camera_agent.host.clock import ClockQuality, Instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from camera_agent.captures import ExposureValue
    from camera_agent.spool.index import Index


class CaptureState(IntEnum):
    """The state of a capture. The numbers are stored on disk."""

    PENDING = 0
    DELIVERED = 1
    REFUSED = 2
    LOST = 3
    DROPPED = 4
    #: Delivered, and its picture is kept.
    KEPT = 5


INSERT = """
INSERT INTO captures
    (sequence, capture, filename, filetype, size, sha256, wall_ns, clock, boot, monotonic_ns, exposure, cause)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *
"""


def insert(  # noqa: PLR0913 - each is a column
    index: Index,
    *,
    capture: str,
    filename: str,
    filetype: str,
    size: int,
    sha256: str,
    captured_at: Instant,
    exposure: Mapping[str, ExposureValue],
    cause: Mapping[str, str],
    sequence: int | None = None,
) -> Capture:
    """Insert a pending capture; without a `sequence` it gets the next."""
    about = (sequence, capture, filename, filetype, size, sha256)
    when = (captured_at.wall_ns, captured_at.quality.value, captured_at.boot, captured_at.monotonic_ns)
    row = index.one(INSERT, *about, *when, json.dumps(dict(exposure)), json.dumps(dict(cause)))
    assert row is not None  # noqa: S101 - for the type checker: RETURNING gives a row
    return to_capture(row)


def to_capture(row: sqlite3.Row) -> Capture:
    """Return a row as a value."""
    return Capture(
        capture=row["capture"],
        sequence=row["sequence"],
        filename=row["filename"],
        filetype=row["filetype"],
        size=row["size"],
        sha256=row["sha256"],
        captured_at=Instant(
            wall_ns=row["wall_ns"],
            quality=ClockQuality(row["clock"]),
            boot=row["boot"],
            monotonic_ns=row["monotonic_ns"],
        ),
        exposure=json.loads(row["exposure"]),
        attempts=row["attempts"],
        exported=bool(row["exported"]),
        cause=json.loads(row["cause"]),
    )
