"""Strawberry: the type `Progress` that a UI draws bars from."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

import strawberry

from eliot_progress import stall

if TYPE_CHECKING:
    from eliot_progress.state import TaskState


@strawberry.enum(description="What may be believed about the work, from its own promise.")
class Liveness(Enum):
    """As stall.Liveness, and UNKNOWN for work that never reported."""

    ALIVE = "alive"
    LATE = "late"
    STALLED = "stalled"
    FINISHED = "finished"
    UNKNOWN = "unknown"


@strawberry.type(description="How far a piece of work is, and whether it is alive.")
class Progress:
    """One TaskState for the UI."""

    id: strawberry.ID
    causal_id: str
    description: str
    done: float
    total: float | None
    unit: str
    step: str
    note: str | None
    rate: float | None
    eta_low_seconds: float | None
    eta_high_seconds: float | None
    liveness: Liveness
    started_at: datetime
    beat_at: datetime | None
    advanced_at: datetime | None
    next_by: datetime | None
    grace_seconds: float
    seq: int
    outcome: str | None
    reason: str | None
    by: str | None


def from_state(state: TaskState, now: float) -> Progress:
    """The state as seen at `now` (seconds since 1970)."""
    low, high = state.eta_s or (None, None)
    return Progress(
        id=strawberry.ID(state.id),
        causal_id=state.causal_id,
        description=state.description,
        done=state.done,
        total=state.total,
        unit=state.unit,
        step=state.step,
        note=state.note or None,
        rate=state.rate,
        eta_low_seconds=low,
        eta_high_seconds=high,
        liveness=Liveness(stall.judge(state, now).value),
        started_at=_time(state.started_at),
        beat_at=_time(state.beat_at),
        advanced_at=_time(state.advanced_at),
        next_by=None if state.outcome else _time(state.next_by),
        grace_seconds=state.grace_s,
        seq=state.seq,
        outcome=state.outcome,
        reason=state.reason or None,
        by=state.by or None,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0), 253402300799), UTC)
