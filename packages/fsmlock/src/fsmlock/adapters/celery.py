"""Celery: tasks that come back for a lock without using up a worker or a retry, and runs as tasks.

``@shared_task(base=RetryLaterTask)`` gives the policy RetryLater its meaning. ``FSMLOCK["ENQUEUE"] =
"fsmlock.adapters.celery.enqueue"`` lets Celery work on the runs of iterations.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery import Task, shared_task
from celery.exceptions import Retry
from celery.signals import worker_shutting_down

from fsmlock import conf
from fsmlock.errors import HoldRefused
from fsmlock.iteration import shutdown
from fsmlock.models import Run
from fsmlock.retries import RetryState, current

if TYPE_CHECKING:
    from typing import NoReturn

_HEADER = "fsmlock_retry_state"


class RetryLaterTask(Task):  # type: ignore[type-arg]
    """A task that is queued again when a hold with the policy RetryLater is refused.

    The new message has the same id and the same count of retries; what was waited so far travels in a header.
    Called in place (eagerly, or as a plain function) it raises HoldRefused instead.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Celery hands on what it got
        """Run the task; when it is refused a hold and may come back, queue it again."""
        attempts, waited_s, claim_id = (
            (self.request.headers or {}).get(_HEADER) or self.request.get(_HEADER) or (0, 0.0, "")
        )
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
        following = state.next(after, claim_id=refused.claim_id)
        countdown = after.total_seconds()
        signature = self.signature_from_request(
            self.request, countdown=countdown, retries=self.request.retries or 0
        )
        mine = [following.attempts, following.waited.total_seconds(), following.claim_id]
        headers = {**(self.request.headers or {}), _HEADER: mine}
        signature.apply_async(headers=headers)
        raise Retry(str(refused), exc=refused, when=countdown)  # type: ignore[arg-type]


@shared_task(name="fsmlock.work", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def work(run: int) -> str:
    """Work on a run. A second copy of the message steps aside at once, and looks again after the lease."""
    found = Run.objects.get(pk=run)
    found.work()
    if found.state == Run.States.INTERRUPTED:
        work.apply_async(args=(run,), countdown=found.again_after_s)
    elif found.state in Run.States.ACTIVE:
        # Another worker is at it, or died at it: then its hold runs out, and somebody must go on.
        work.apply_async(args=(run,), countdown=conf.get().LEASE.total_seconds() + 1)
    return str(found.state)


def enqueue(run: Run) -> None:
    """For the setting ENQUEUE."""
    work.apply_async(args=(run.pk,))


def _ending(**_: object) -> None:
    shutdown.request()


# A warm shutdown (SIGTERM to the worker) reaches the children through the flag that they share.
worker_shutting_down.connect(_ending, weak=False, dispatch_uid="fsmlock.shutdown")
