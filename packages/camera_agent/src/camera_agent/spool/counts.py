"""How much a spool holds, without a look at each capture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.spool.rows import State

if TYPE_CHECKING:
    from camera_agent.spool.index import Index
    from camera_agent.spool.notes import Notes
    from camera_agent.spool.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the spool holds; `bytes` are those of pending captures, `oldest_ns` when the first was taken.

    `dropped` were given up for want of room, ever; `exported` are pending, and on a stick as well.
    """

    pending: int
    bytes: int
    refused: int
    dropped: int = 0
    exported: int = 0
    records: int = 0
    oldest_ns: int | None = None


def count(index: Index, notes: Notes, records: Records) -> Counts:
    """How much is here now; constant time."""
    totals = {row["state"]: row for row in index.all("SELECT * FROM totals")}
    pending, refused = totals.get(State.PENDING), totals.get(State.REFUSED)
    oldest = index.one("SELECT wall_ns FROM captures WHERE state = 0 ORDER BY sequence LIMIT 1")
    return Counts(
        pending=pending["captures"] if pending else 0,
        bytes=pending["bytes"] if pending else 0,
        refused=refused["captures"] if refused else 0,
        dropped=int(notes.get("dropped") or 0),
        exported=index.number("SELECT count(*) FROM captures WHERE state = 0 AND exported = 1"),
        records=records.count(),
        oldest_ns=oldest["wall_ns"] if oldest else None,
    )
