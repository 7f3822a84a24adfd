"""Lists captures of the spool for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.spool import rows
from camera_agent.spool.rows import CaptureState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camera_agent.captures import Capture
    from camera_agent.spool.index import Index

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A capture with its state, and the reason for it."""

    capture: Capture
    state: CaptureState
    message: str


def listing(
    index: Index, states: frozenset[CaptureState] = frozenset(CaptureState) - {CaptureState.DELIVERED}
) -> Iterator[Entry]:
    """Yield the captures in these states, oldest first, in pages so that 260,000 need no memory."""
    last, marks = -1, ", ".join("?" * len(states))
    query = f"SELECT * FROM captures WHERE state IN ({marks}) AND sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608 - marks
    while page := index.all(query, *map(int, states), last, PAGE):
        for row in page:
            yield Entry(
                capture=rows.to_capture(row), state=CaptureState(row["state"]), message=row["message"]
            )
        last = page[-1]["sequence"]
