"""Receivers of operations: progress of runs, which the operations page shows."""

from __future__ import annotations

from fsmlock.signals import RunEvent, run_progressed
from timelapse.operations.queries import RUNS_GROUP
from timelapse.shared import live


def connect() -> None:
    """Connect the receivers. Called once, when Django is ready."""
    run_progressed.connect(_run_progressed, dispatch_uid="timelapse.operations")


def _run_progressed(*, event: RunEvent, **_: object) -> None:
    live.publish_on_commit(RUNS_GROUP, run=event.run)
