"""How much a spool holds, in constant time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.spool.rows import CaptureState

if TYPE_CHECKING:
    from camera_agent.spool.index import Index
    from camera_agent.spool.key_values import KeyValues
    from camera_agent.spool.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolCounts:
    """How much the spool holds. `bytes` and `oldest_ns` (a Unix time) are those of pending captures.

    `dropped` counts all captures ever dropped on a full card, `exported` the pending ones that are on a USB
    drive as well, `records_dropped` all records ever dropped because too many waited.
    """

    pending: int
    bytes: int
    refused: int
    dropped: int = 0
    exported: int = 0
    records: int = 0
    records_dropped: int = 0
    oldest_ns: int | None = None


def count(index: Index, key_values: KeyValues, records: Records) -> SpoolCounts:
    """Return how much the spool holds now, in constant time."""
    totals = {row["state"]: row for row in index.all("SELECT * FROM totals")}
    pending, refused = totals.get(CaptureState.PENDING), totals.get(CaptureState.REFUSED)
    oldest = index.one("SELECT wall_ns FROM captures WHERE state = 0 ORDER BY sequence LIMIT 1")
    return SpoolCounts(
        pending=pending["captures"] if pending else 0,
        bytes=pending["bytes"] if pending else 0,
        refused=refused["captures"] if refused else 0,
        dropped=int(key_values.get("dropped") or 0),
        exported=index.number("SELECT count(*) FROM captures WHERE state = 0 AND exported = 1"),
        records=records.count(),
        records_dropped=records.dropped(),
        oldest_ns=oldest["wall_ns"] if oldest else None,
    )
