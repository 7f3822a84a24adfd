"""Builders of values for tests: every field has a plain default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from queue_insight import QueueState, Snapshot, TaskInfo, TaskState, WorkerInfo, WorkerState
from queue_insight.collector_state import CollectorState, ObservedFailures, Part, encode, encode_header
from queue_insight.drain import NOT_ESTIMATED, Drain
from queue_insight.failures import FailureGroup
from queue_insight.stores.base import Changes

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


def failure(**fields) -> FailureGroup:
    return FailureGroup(
        **{
            "id": "g1",
            "exception": "shop.Refused",
            "file": "shop/orders/tasks.py",
            "function": "charge",
            "line": 17,
            "is_own": True,
            "count": 1,
            "first_at": NOW,
            "last_at": NOW,
            "task_id": "t1",
            "name": "shop.pay",
            **fields,
        }
    )


def failed(**fields) -> ObservedFailures:
    return ObservedFailures(
        **{
            "exception": "shop.Refused",
            "file": "shop/orders/tasks.py",
            "function": "charge",
            "line": 17,
            "is_own": True,
            "count": 1,
            "first_at": 1.0,
            "last_at": 2.0,
            "task_id": "t1",
            "name": "shop.pay",
            "worker": "one@test",
            **fields,
        }
    )


def save_failures(store, **groups) -> None:
    """Write these groups into the store, beside what is there."""
    token = store.acquire("test", lease_s=60.0).token
    header = encode_header(CollectorState(collected_at=1e9, next_by=1e9 + 1))
    records = {Part.FAILURES: {key: encode(group) for key, group in groups.items()}}
    store.write(Changes(header=header, records=records), token=token, lease_s=60.0, retention_s=60.0)
