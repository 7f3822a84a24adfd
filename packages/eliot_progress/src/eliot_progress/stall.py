"""Liveness: whether a task is still alive, judged from its last message alone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eliot_progress.state import TaskState


class Liveness(StrEnum):
    """What a reader may conclude about a task."""

    ALIVE = "alive"
    #: The promised message is missing; it may still come.
    LATE = "late"
    #: It is missing after the grace too: the process is gone or hangs.
    STALLED = "stalled"
    FINISHED = "finished"


def judge(state: TaskState, now: float) -> Liveness:
    """Return the liveness of a task at `now` (seconds since 1970)."""
    if state.outcome is not None:
        return Liveness.FINISHED
    if now <= state.next_by:
        return Liveness.ALIVE
    return Liveness.LATE if now <= state.next_by + state.grace_s else Liveness.STALLED
