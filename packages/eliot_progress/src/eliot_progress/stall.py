"""Is it still alive? Judged by anybody, from the last message alone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eliot_progress.state import TaskState


class Liveness(StrEnum):
    """What a reader may believe about a task."""

    ALIVE = "alive"
    #: The promised message did not come; it may still come.
    LATE = "late"
    #: Nor did it come within the grace: the process is gone, or hangs.
    STALLED = "stalled"
    FINISHED = "finished"


def judge(state: TaskState, now: float) -> Liveness:
    """The liveness of a task at `now` (seconds since 1970)."""
    if state.outcome is not None:
        return Liveness.FINISHED
    if now <= state.next_by:
        return Liveness.ALIVE
    return Liveness.LATE if now <= state.next_by + state.grace_s else Liveness.STALLED
