"""Progress bars, heartbeats and causal logs for long work, as a convention of logging on eliot."""

from __future__ import annotations

from eliot_progress.cancellation import cancellation
from eliot_progress.context import Origin, causal_id, extract, inject, log_message
from eliot_progress.destinations import install
from eliot_progress.errors import EliotProgressError
from eliot_progress.heartbeat import heartbeat
from eliot_progress.progress import Progress, progress
from eliot_progress.run import run
from eliot_progress.stall import Liveness, judge
from eliot_progress.state import Reducer, TaskState

__all__ = [
    "EliotProgressError",
    "Liveness",
    "Origin",
    "Progress",
    "Reducer",
    "TaskState",
    "cancellation",
    "causal_id",
    "extract",
    "heartbeat",
    "inject",
    "install",
    "judge",
    "log_message",
    "progress",
    "run",
]
