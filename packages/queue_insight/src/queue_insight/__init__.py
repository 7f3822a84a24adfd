"""Celery made visible: what runs, what waits, and why."""

from __future__ import annotations

from queue_insight.diagnose import diagnose
from queue_insight.read import snapshot
from queue_insight.reasons import Reason
from queue_insight.snapshot import (
    EndedTask,
    QueueState,
    Snapshot,
    TaskInfo,
    TaskState,
    WorkerInfo,
    WorkerState,
)

__all__ = [
    "EndedTask",
    "QueueState",
    "Reason",
    "Snapshot",
    "TaskInfo",
    "TaskState",
    "WorkerInfo",
    "WorkerState",
    "diagnose",
    "snapshot",
]
