"""Find the runs that say that a worker executes them, while nobody does, and queue them again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction

from fsmlock.holds import hold
from fsmlock.iteration.journal import Journal
from fsmlock.models import Run
from fsmlock.policies import Skip

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("fsmlock")
_States = Run.States


def recover_abandoned(enqueue: Callable[[Run], None]) -> list[Run]:
    """Pass each abandoned run to ``enqueue``, once, and return those runs.

    The cause doesn't matter: a lost message, a killed worker, a store that was away. A run is abandoned when
    it is running, pausing or cancelling and nobody holds it. One that was asked to stop is paused or
    cancelled instead. Each changes its state, so that another call, at the same time or later, doesn't find
    it again. If ``enqueue`` raises, the run stays as it was. It is called before the new state is committed,
    while the run is still held: let the worker start a moment later.
    """
    return [run for run in Run.objects.filter(state__in=_States.ACTIVE) if _recover(run, enqueue)]


def _recover(run: Run, enqueue: Callable[[Run], None]) -> bool:
    with hold(run, "execute", policy=Skip(), why="to recover it") as held:
        if not held:
            return False  # a worker executes it, or died so recently that its lease still runs
        run.refresh_from_db()
        if run.state not in _States.ACTIVE:
            return False
        if run.state == _States.RUNNING:
            with transaction.atomic(using=run._state.db):
                run.interrupt()
                run.reason = "Its worker has disappeared."
                run.resume_after_s = 0.0
                run.save()
                enqueue(run)
        else:
            getattr(run, "paused" if run.state == _States.PAUSING else "cancelled")()
            run.save()
            if run.has_ended:
                Journal(run.key.hex).remove()
    _log.warning("%s was abandoned by its worker and is %s now", run, run.state)
    return bool(run.state == _States.INTERRUPTED)
