"""Find the runs that nobody executes although somebody should, and queue them again."""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import router, transaction
from django.db.models import Q
from django.utils import timezone

from fsmlock import conf
from fsmlock.chunks import chunks
from fsmlock.holds import hold
from fsmlock.iteration.journal import Journal, keys_on_this_host
from fsmlock.models import Run
from fsmlock.policies import Skip

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("fsmlock")
_States = Run.States
#: Seconds after which a journal without a run is deleted: no transaction that creates one takes so long.
_FORGOTTEN_AFTER_S = 86_400.0
#: The same for a journal of a version that noted no database: the run may be another project's. If that was
#: killed, and resumes after all this time, it repeats what it did in its last second.
_UNKNOWN_AFTER_S = 90 * 86_400.0


def recover_abandoned(enqueue: Callable[[Run], None]) -> list[Run]:
    """Pass each abandoned run to ``enqueue``, once, and return those runs.

    The cause doesn't matter: a lost message, a killed worker, a store that was away. A run is abandoned when
    nobody holds it although it is running, pausing or cancelling, or should have been executed for the time
    ``FSMLOCK["REQUEUE_AFTER"]`` while it is enqueued or interrupted. One that was asked to stop is paused or
    cancelled instead. Each changes its state or the time at which it is due, so that another call, at the
    same time or soon after, doesn't find it again. If ``enqueue`` raises, the run stays as it was. It is
    called before that is committed, while the run is still held: let the worker start a moment later.

    It also deletes the journals on this host whose run has ended, on another host, or was deleted.
    """
    overdue = Q(state__in=_States.WAITING, due_at__lt=timezone.now() - conf.get().REQUEUE_AFTER)
    found = Run.objects.filter(Q(state__in=_States.ACTIVE) | overdue).order_by("pk")
    recovered = [run for run in found if _recover(run, enqueue)]
    _delete_journals()
    return recovered


def _delete_journals() -> None:
    """Delete those of runs that are known to have ended, and of runs of this database that it doesn't have.

    Those of which nobody knows the database go after 90 days. A run whose row isn't committed yet is missing,
    too, so its journal must be old.
    """
    using = router.db_for_write(Run)
    keys = []
    for text in keys_on_this_host():
        with suppress(ValueError):
            keys.append(uuid.UUID(hex=text))
    for some in chunks(keys):
        states = dict(Run.objects.using(using).filter(key__in=some).values_list("key", "state"))
        for key in some:
            journal = Journal(key.hex, using=using)
            if states[key] in _States.ENDED if key in states else _is_forgotten(journal):
                journal.remove()


def _is_forgotten(journal: Journal) -> bool:
    age_s = timezone.now().timestamp() - journal.written_at()
    if age_s <= _FORGOTTEN_AFTER_S:
        return False
    known = journal.is_of_this_database()
    return age_s > _UNKNOWN_AFTER_S if known is None else known


def _recover(run: Run, enqueue: Callable[[Run], None]) -> bool:
    with hold(run, "execute", policy=Skip(), why="to recover it") as held:
        if not held:
            return False  # a worker executes it, or died so recently that its lease still runs
        before = run.state, run.due_at
        run.refresh_from_db()
        if (run.state, run.due_at) != before:
            return False  # somebody else found it
        if run.state in (_States.RUNNING, *_States.WAITING):
            with transaction.atomic(using=run._state.db):
                if run.state == _States.RUNNING:
                    run.interrupt()
                    run.reason = "Its worker has disappeared."
                run.resume_after_s = 0.0
                run.due_at = timezone.now()
                run.save()
                enqueue(run)
        else:
            getattr(run, "paused" if run.state == _States.PAUSING else "cancelled")()
            run.save()
            if run.has_ended:
                Journal(run.key.hex).remove()
    _log.warning("%s was abandoned by its worker, or its message was lost: it is %s now", run, run.state)
    return run.state in _States.WAITING
