"""Shows what Celery runs, what waits in its queues, and why."""

from __future__ import annotations

from queue_insight.diagnose import diagnose
from queue_insight.drain import Drain, DrainState
from queue_insight.read import snapshot
from queue_insight.reasons import Reason
from queue_insight.sending import install
from queue_insight.snapshot import (
    FinishedTask,
    QueueState,
    SentNote,
    Snapshot,
    TaskInfo,
    TaskState,
    WorkerInfo,
    WorkerState,
)

__all__ = [
    "Drain",
    "DrainState",
    "FinishedTask",
    "QueueState",
    "Reason",
    "SentNote",
    "Snapshot",
    "TaskInfo",
    "TaskState",
    "WorkerInfo",
    "WorkerState",
    "diagnose",
    "install",
    "snapshot",
]
