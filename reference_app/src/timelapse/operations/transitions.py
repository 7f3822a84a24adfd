"""Performs the transitions of runs, whose worker owns the rest of the row, and resumes paused queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

import fsmlock
from fsmlock import Reason
from fsmlock.declarations import transitions_of
from fsmlock.models import Run
from queue_insight import Snapshot
from queue_insight.page import execution
from queue_insight.page.actions import ACTIONS
from queue_insight.read import celery_app
from timelapse.operations.models import QueuePause
from timelapse.operations.queries import stopped_by
from timelapse.shared import remedies
from timelapse.shared.transitions import Applied, applied_by

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from timelapse.shared.transitions import Apply

remedies.declare(stopped_by)


@applied_by(QueuePause, "resume")
def resume(pause: QueuePause, user: User) -> Applied:
    """Resume the queue as the page of queues does, with its record of who did it.

    Raises:
        Refused: no worker confirmed it.
    """
    outcome = execution.execute(
        execution.Call(
            action=ACTIONS["resume"],
            targets=(pause.name,),
            app=celery_app(),
            snapshot=Snapshot(at=timezone.now()),
            by=user.get_username(),
            fields={},
        )
    )
    if not outcome.is_confirmed:
        remedy = "Look whether its workers run, then try again."
        raise fsmlock.Refused([Reason(code="not_resumed", message=outcome.text, remedy=remedy)])
    return Applied(obj=None)


def _changes(name: str) -> Apply:
    def change(run: Run, user: User) -> Applied:
        run.apply_transition(name, by=user.get_username())
        return Applied(obj=run)

    return change


for _transition in transitions_of(Run).values():
    if not _transition.internal:
        applied_by(Run, _transition.name)(_changes(_transition.name))
