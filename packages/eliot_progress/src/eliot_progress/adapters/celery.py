"""Celery: each task is an action below its publisher, each attempt at a level of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import signals
from celery._state import get_current_task
from celery.exceptions import Ignore, Reject, Retry

from eliot_progress import context
from eliot_progress.adapters import celery_parts
from eliot_progress.adapters.celery_parts import parts_of as parts_of  # noqa: PLC0414 - offered here
from eliot_progress.destinations import flush_all
from eliot_progress.errors import EliotProgressError

if TYPE_CHECKING:
    from celery import Celery, Task

#: The message header that holds `traceparent` and `tracestate`: a name of our own, since tracing tools write
#: to the plain ones.
HEADER = "eliot_progress"
_ACTION = "_eliot_progress_action"
_PART = "_eliot_progress_part"


def install(app: Celery) -> None:
    """Propagate the causal id through `app`'s tasks. Call it once, where the app is created.

    Celery's signals are global: tasks of other apps in the same process take part too. Raises
    EliotProgressError if the app uses message protocol 1, which has no headers.
    """
    if app.conf.task_protocol == 1:
        raise EliotProgressError(
            "task_protocol = 1 has no message headers, so it can't carry a causal id. Set task_protocol = 2."
        )
    signals.before_task_publish.connect(_publish, weak=False, dispatch_uid="eliot_progress.publish")
    signals.task_prerun.connect(_begin, weak=False, dispatch_uid="eliot_progress.prerun")
    signals.task_postrun.connect(_end, weak=False, dispatch_uid="eliot_progress.postrun")
    signals.task_revoked.connect(_revoked, weak=False, dispatch_uid="eliot_progress.revoked")
    signals.worker_process_shutdown.connect(_flush, weak=False, dispatch_uid="eliot_progress.flush")


def _publish(
    sender: str | None = None, headers: dict[str, object] | None = None, body: object = None, **_: object
) -> None:
    """Write a new place for every message: a retry still carries the header of the attempt that failed."""
    if headers is None:
        return
    task_id = str(headers.get("id"))
    action = context.start("celery:publish", task=str(sender), task_id=task_id, **_joins(task_id))
    carrier: dict[str, str] = {}
    context.inject(carrier, context.Origin.of(action))
    place = celery_parts.place_of(task_id, body, _current_request())
    headers[HEADER] = carrier if place is None else {**carrier, celery_parts.KEY: place.to_dict()}
    action.finish()


def _current_request() -> Any:  # noqa: ANN401 - Celery's own
    return getattr(get_current_task(), "request", None)  # None outside of tasks


def _joins(task_id: str) -> dict[str, object]:
    """Return the group that a chord's body waited for: the last task of that group publishes the body."""
    request = _current_request()
    body = None if request is None else request.chord
    return {"joins": str(request.group)} if body and task_id in _first_ids(body) else {}


def _first_ids(signature: Any) -> list[str]:  # noqa: ANN401 - Celery's own structure
    """Return the ids of the tasks that this signature starts with."""
    if isinstance(signature, list | tuple):
        return [task_id for each in signature for task_id in _first_ids(each)]
    subtask_type, arguments = signature.get("subtask_type"), signature.get("kwargs", {})
    if subtask_type == "chain":
        return _first_ids(arguments.get("tasks", [])[:1])
    if subtask_type in ("group", "chord"):
        return _first_ids(arguments.get("tasks" if subtask_type == "group" else "header", []))
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
    setattr(request, _ACTION, action)
    action.enter()
    place = celery_parts.eager_place() if request.is_eager else celery_parts.Place.read(carrier)
    if place is not None:
        setattr(request, _PART, celery_parts.RunningPart(place, action, str(task.name)))


def _end(task: Task[..., object] | None = None, retval: object = None, **_: object) -> None:
    request = None if task is None else task.request
    action = getattr(request, _ACTION, None)
    if not isinstance(action, context.Action):
        return
    setattr(request, _ACTION, None)
    action.leave()
    error = _exception_of(action, retval)
    part = getattr(request, _PART, None)
    if isinstance(part, celery_parts.RunningPart):
        setattr(request, _PART, None)
        part.finish(error, again=isinstance(retval, Retry | Ignore | Reject))
    action.finish(error)


def _exception_of(action: context.Action, retval: object) -> BaseException | None:
    """Return the exception of a failed attempt, or None. A retry is logged, and counts as failed."""
    if isinstance(retval, Retry):
        action.log("celery:retry", when=str(retval.humanize()))
        return retval.exc if isinstance(retval.exc, BaseException) else retval
    if isinstance(retval, BaseException) and not isinstance(retval, Ignore | Reject):
        return retval
    return None


def _revoked(request: Any = None, terminated: bool = False, expired: bool = False, **_: object) -> None:  # noqa: ANN401 - Celery's own
    """Report that a part will never run."""
    carrier = getattr(request, HEADER, None)
    place = celery_parts.Place.read(carrier)
    if place is None:
        return
    name = str(request.task)
    origin = context.extract(carrier) if isinstance(carrier, dict) else None
    action = context.continue_from(origin, "celery:revoked", task=name, task_id=str(request.id))
    why = "expired before it ran" if expired else "terminated" if terminated else "revoked"
    celery_parts.report_revoked(place, action, name, why)
    action.finish()


def _flush(**_: object) -> None:
    """Deliver what is queued: a prefork child exits without running atexit."""
    flush_all()
