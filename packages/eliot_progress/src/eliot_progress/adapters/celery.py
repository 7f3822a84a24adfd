"""Celery: each task is an action below whoever published it, each attempt at a level of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from celery import signals
from celery._state import get_current_task
from celery.exceptions import Ignore, Reject, Retry
from eliot._action import _ACTION_CONTEXT

from eliot_progress import context
from eliot_progress.destinations import flush_all
from eliot_progress.errors import EliotProgressError

if TYPE_CHECKING:
    from contextvars import Token

    import eliot
    from celery import Celery, Task

#: The message header under which `traceparent` and `tracestate` travel: a name of our own,
#: since tracing tools write theirs into the plain ones.
HEADER = "eliot_progress"
_RUN = "_eliot_progress_run"


class _Run(NamedTuple):
    action: context.Action
    token: Token[eliot.Action]


def install(app: Celery) -> None:
    """Carry the causal id through `app`'s tasks. Call it once, where the app is made.

    Celery's signals are global: tasks of other apps in the same process take part too.
    Raises EliotProgressError when the app uses message protocol 1, which has no headers.
    """
    if app.conf.task_protocol == 1:
        raise EliotProgressError(
            "task_protocol = 1 has no message headers, so no causal id can travel. Set task_protocol = 2."
        )
    signals.before_task_publish.connect(_publish, weak=False, dispatch_uid="eliot_progress.publish")
    signals.task_prerun.connect(_begin, weak=False, dispatch_uid="eliot_progress.prerun")
    signals.task_postrun.connect(_end, weak=False, dispatch_uid="eliot_progress.postrun")
    signals.worker_process_shutdown.connect(_flush, weak=False, dispatch_uid="eliot_progress.flush")


def _publish(sender: str | None = None, headers: dict[str, object] | None = None, **_: object) -> None:
    """Always write a fresh place: a retry still carries the header of the attempt that failed."""
    if headers is None:
        return
    task_id = str(headers.get("id"))
    action = context.start("celery:publish", task=str(sender), task_id=task_id, **_joined(task_id))
    carrier: dict[str, str] = {}
    context.inject(carrier, context.Origin.of(action))
    headers[HEADER] = carrier
    action.finish()


def _joined(task_id: str) -> dict[str, object]:
    """What a chord's body waited for, by the name of the group: the last task of that group publishes it."""
    request: Any = getattr(get_current_task(), "request", None)  # none outside of tasks
    body = None if request is None else request.chord
    return {"joins": str(request.group)} if body and task_id in _first_ids(body) else {}


def _first_ids(signature: Any) -> list[str]:  # noqa: ANN401 - as Celery has it in its messages
    """The tasks that this begins with."""
    if isinstance(signature, list | tuple):
        return [task_id for each in signature for task_id in _first_ids(each)]
    kind, given = signature.get("subtask_type"), signature.get("kwargs", {})
    if kind == "chain":
        return _first_ids(given.get("tasks", [])[:1])
    if kind in ("group", "chord"):
        return _first_ids(given.get("tasks" if kind == "group" else "header", []))
    return [signature.get("options", {}).get("task_id", "")]


def _begin(task: Task[..., object] | None = None, task_id: str = "", **_: object) -> None:
    if task is None:
        return
    request = task.request
    fields = {"task": str(task.name), "task_id": task_id, "retries": int(request.retries or 0)}
    if request.group:
        fields["group"] = str(request.group)
    carrier = getattr(request, HEADER, None)
    origin = context.extract(carrier) if isinstance(carrier, dict) and not request.is_eager else None
    action = context.continue_from(origin, "celery:task", **fields)
    setattr(request, _RUN, _Run(action, _ACTION_CONTEXT.set(action)))


def _end(task: Task[..., object] | None = None, retval: object = None, **_: object) -> None:
    request = None if task is None else task.request
    run = getattr(request, _RUN, None)
    if not isinstance(run, _Run):
        return
    setattr(request, _RUN, None)
    _ACTION_CONTEXT.reset(run.token)
    run.action.finish(_failure(run.action, retval))


def _failure(action: context.Action, retval: object) -> BaseException | None:
    """The exception that the attempt ended with, if it failed. A retry is a failed attempt, and says so."""
    if isinstance(retval, Retry):
        action.log("celery:retry", when=str(retval.humanize()))
        return retval.exc if isinstance(retval.exc, BaseException) else retval
    if isinstance(retval, BaseException) and not isinstance(retval, Ignore | Reject):
        return retval
    return None


def _flush(**_: object) -> None:
    """A prefork child ends without atexit: deliver what is noted."""
    flush_all()
