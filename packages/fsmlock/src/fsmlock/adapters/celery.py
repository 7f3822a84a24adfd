"""Celery: tasks that retry later for a lock without using up a worker or a retry, and runs as tasks.

``@shared_task(base=RetryLaterTask)`` implements the policy RetryLater. ``FSMLOCK["ENQUEUE"] =
"fsmlock.adapters.celery.enqueue"`` makes Celery workers execute the runs of iterations.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery import Task, shared_task
from celery.exceptions import Reject, Retry
from celery.signals import worker_shutting_down
from django.db import connections, router
from kombu.exceptions import OperationalError

from fsmlock import backends, conf
from fsmlock.errors import HoldRefused, StoreUnavailable
from fsmlock.iteration import execute, shutdown
from fsmlock.iteration.recovery import recover_abandoned
from fsmlock.models import Run
from fsmlock.retries import RetryState, current

if TYPE_CHECKING:
    from typing import NoReturn

_log = logging.getLogger("fsmlock")
#: A recovered run is queued before its new state is committed.
_UNTIL_COMMITTED_S = 1.0
_HEADER = "fsmlock_retry_state"


class RetryLaterTask(Task):  # type: ignore[type-arg]
    """A task that is queued again when a hold with the policy RetryLater is refused.

    The new message keeps the task's id and its count of retries. A header carries the retry state. A task
    that is called directly or eagerly raises HoldRefused instead.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery passes what it received
        """Run the task. If it is refused a hold and may be retried, queue it again."""
        header = (self.request.headers or {}).get(_HEADER) or self.request.get(_HEADER)
        attempts, waited_s, claim_id = header or (0, 0.0, "")
        state = RetryState(attempts=attempts, waited=timedelta(seconds=waited_s), claim_id=claim_id)
        token = current.set(state)
        try:
            return super().__call__(*args, **kwargs)
        except HoldRefused as refused:
            if refused.retry_after is None or self.request.called_directly or self.request.is_eager:
                raise
            self._retry_later(refused, refused.retry_after, state)
        finally:
            current.reset(token)

    def _retry_later(self, refused: HoldRefused, after: timedelta, state: RetryState) -> NoReturn:
        state = state.next(after, claim_id=refused.claim_id)
        countdown = after.total_seconds()
        signature = self.signature_from_request(
            self.request, countdown=countdown, retries=self.request.retries or 0
        )
        header = [state.attempts, state.waited.total_seconds(), state.claim_id]
        headers: dict[str, Any] = {**(self.request.headers or {}), _HEADER: header}
        signature.apply_async(headers=headers)
        raise Retry(str(refused), exc=refused, when=countdown)  # type: ignore[arg-type]


@shared_task(name="fsmlock.execute_run", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def execute_run(pk: int) -> str:
    """Execute a run. A duplicate of the message returns at once, and is queued again for after the lease.

    While a store is away, the message is queued again, too.
    """
    after_lease_s = conf.get().LEASE.total_seconds() + 1
    try:
        with backends.Answering(router.db_for_write(Run)):
            run = execute(Run.objects.get(pk=pk))
    except Run.DoesNotExist:
        _log.warning("The run %s was deleted before a worker executed it", pk)
        return "deleted"
    except StoreUnavailable as away:
        _log.warning("The run %s is executed again in %g s: %s", pk, after_lease_s, away)
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
        _execute_later(pk, after_lease_s)
        return "store_unavailable"
    if run.state == Run.States.INTERRUPTED:
        _execute_later(pk, run.resume_after_s)
    elif run.state in Run.States.ACTIVE:
        # Another worker executes it, or died while it did. In that case its hold expires, and this one takes
        # over.
        _execute_later(pk, after_lease_s)
    return str(run.state)


def _execute_later(pk: int, seconds: float) -> None:
    try:
        execute_run.apply_async(args=(pk,), countdown=seconds)
    except OperationalError as error:  # the broker is away: it keeps the message that it has
        raise Reject(str(error), requeue=True) from error


@shared_task(name="fsmlock.recover_runs", ignore_result=True)
def recover_runs() -> int:
    """Queue runs again that nobody executes any more, and return their number. For Celery's beat.

    It finds runs that are running, pausing or cancelling without a hold, whatever the cause, and runs that
    have waited for a worker for longer than ``FSMLOCK["REQUEUE_AFTER"]``. Each is queued exactly once,
    however often the task runs; one that still waits, once in that time.
    """
    return len(recover_abandoned(lambda run: _execute_later(run.pk, _UNTIL_COMMITTED_S)))


def enqueue(run: Run) -> None:
    """Hand a run to a Celery worker. For the setting ENQUEUE."""
    execute_run.apply_async(args=(run.pk,))


def _request_shutdown(**_: object) -> None:
    shutdown.request()


# A warm shutdown (SIGTERM to the worker) reaches the forked children through the flag that they share.
worker_shutting_down.connect(_request_shutdown, weak=False, dispatch_uid="fsmlock.shutdown")
