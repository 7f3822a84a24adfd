"""Receivers of operations: what the operations page shows has changed, of runs and of queues."""

from __future__ import annotations

from fsmlock.signals import RunEvent, run_progressed
from queue_insight.signals import collector_saved
from timelapse.operations.queries import QUEUES_GROUP, RUNS_GROUP
from timelapse.shared import live


def connect() -> None:
    """Connect the receivers. Called once, when Django is ready."""
    run_progressed.connect(_run_progressed, dispatch_uid="timelapse.operations")
    collector_saved.connect(_collector_saved, dispatch_uid="timelapse.operations")


def _run_progressed(*, event: RunEvent, **_: object) -> None:
    live.publish_on_commit(RUNS_GROUP, run=event.run)


def _collector_saved(*, has_news: bool, **_: object) -> None:
    # Heartbeats of workers change nothing but ages, which the page's own heartbeat brings.
    if has_news:
        live.publish(QUEUES_GROUP, {"queues": True}, key="queues")
