"""Sends the tasks of runs so that the log connects them with what enqueued them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eliot import start_action

from fsmlock.adapters import celery
from timelapse.shared.progress import about

if TYPE_CHECKING:
    from fsmlock.models import Run


def enqueue(run: Run) -> None:
    """Hand a run to a worker. For the setting FSMLOCK["ENQUEUE"]."""
    with start_action(action_type="run:send", about=about(run)):
        celery.enqueue(run)
