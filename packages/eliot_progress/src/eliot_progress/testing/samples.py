"""Sample messages and states for testing readers without running any work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eliot_progress import ids, messages, parts

if TYPE_CHECKING:
    from eliot_progress.ids import Level

TASK = "17348029-c0ed-4841-9690-67cfc59fa371"
_SAMPLE = messages.TaskState(
    id=ids.action_id(TASK, (2,)),
    causal_id=ids.causal_id(TASK),
    action_type="render:movie",
    description="Render",
    seq=1,
    about="app.Movie:7",
    started_at=100.0,
    heartbeat_at=100.0,
    next_by=101.0,
    grace_s=5.0,
)


def task_state(seq: int = 1, *, level: Level = (2,), **fields: object) -> messages.TaskState:
    """Return a state of the action `level` of the task TASK, about `app.Movie:7`, started at second 100.

    `fields` are those of TaskState: `task_state(3, done=120, outcome="failed")`.
    """
    return replace(_SAMPLE, seq=seq, id=ids.action_id(TASK, level), **fields)  # type: ignore[arg-type]


def sample(seq: int = 1, *, level: Level = (2,), **fields: object) -> dict[str, object]:
    """Return the eliot message that reports `task_state(...)`."""
    envelope = {
        "task_uuid": TASK,
        "task_level": [*level, seq + 1],
        "timestamp": 100.0,
        "message_type": "progress",
    }
    return {**envelope, **messages.fields(task_state(seq, level=level, **fields))}


def part_message(**fields: object) -> dict[str, object]:
    """Return the eliot message in which a part of the whole `TASK@/2` reports; `fields` as in PartReport.

    `part_message(part=0, outcome="succeeded")`; `part_message(part=None, sent=3)` is the sender's.
    """
    whole = parts.Whole(
        id=ids.action_id(TASK, (2,)), action_type="Publish", about="app.Movie:7", by="", started_at=100.0
    )
    envelope = {
        "task_uuid": TASK,
        "task_level": [2, 1],
        "timestamp": 100.0,
        "message_type": parts.PART,
    }
    return {**envelope, **parts.PartReport(whole=whole, at=100.0).fields(), **fields}
