"""Builders of values for tests: every field has a plain default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from queue_insight import QueueState, Snapshot, TaskInfo, TaskState, WorkerInfo, WorkerState
from queue_insight.drain import NOT_ESTIMATED, Drain

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Estimated:
    """An estimate that was made."""

    drain: Drain


def queue(*, drain=NOT_ESTIMATED, **fields) -> QueueState:
    fields = {"estimate": Estimated(drain), **fields}
    return QueueState(**{"name": "celery", "depth": 1, "running": 0, "workers": ("one@test",), **fields})


def task(**fields) -> TaskInfo:
    return TaskInfo(
        **{
            "id": "t1",
            "name": "work.do",
            "queue": "celery",
            "state": TaskState.QUEUED,
            "position": 0,
            **fields,
        }
    )


def running(**fields) -> TaskInfo:
    return task(
        **{
            "id": "r1",
            "state": TaskState.RUNNING,
            "worker": "one@test",
            "position": None,
            "started_at": NOW - timedelta(seconds=9),
            **fields,
        }
    )


def worker(**fields) -> WorkerInfo:
    return WorkerInfo(
        **{
            "name": "one@test",
            "state": WorkerState.ONLINE,
            "last_seen_at": NOW,
            "next_by": NOW + timedelta(seconds=2),
            "grace_s": 4.0,
            "queues": ("celery",),
            "slots": 1,
            **fields,
        }
    )


def snapshot(**fields) -> Snapshot:
    return Snapshot(
        **{
            "at": NOW,
            "collected_at": NOW,
            "fresh": True,
            "queues": (queue(),),
            "workers": (worker(),),
            **fields,
        }
    )
