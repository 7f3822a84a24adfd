"""Sample messages for testing readers without running any work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from eliot_progress import messages

if TYPE_CHECKING:
    from typing import TypedDict

    from eliot_progress.ids import Level

    class Fields(TypedDict, total=False):
        """Optional fields; see messages.Report."""

        about: str
        by: str
        done: float
        total: float | None
        unit: str
        step: str
        note: str
        rate: float | None
        eta_s: tuple[float, float] | None
        started_at: float
        beat_at: float
        advanced_at: float
        next_by: float
        grace_s: float
        outcome: messages.Outcome | None
        reason: str


TASK = "17348029-c0ed-4841-9690-67cfc59fa371"


def report(seq: int = 1, *, level: Level = (2,), **fields: Unpack[Fields]) -> messages.Report:
    """Return a report of the action `level` of the task TASK, about `app.Movie:7`, started at second 100."""
    values: Fields = {
        "about": "app.Movie:7",
        "started_at": 100.0,
        "beat_at": 100.0,
        "next_by": 101.0,
        "grace_s": 5.0,
    }
    values.update(fields)
    return messages.Report(
        task_uuid=TASK, level=level, action_type="render:movie", description="Render", seq=seq, **values
    )


def sample(seq: int = 1, *, level: Level = (2,), **fields: Unpack[Fields]) -> dict[str, object]:
    """Return the same report as an eliot message."""
    values = messages.fields(report(seq, level=level, **fields))
    envelope = {
        "task_uuid": TASK,
        "task_level": [*level, seq + 1],
        "timestamp": 100.0,
        "message_type": "progress",
    }
    return {**envelope, **values}
