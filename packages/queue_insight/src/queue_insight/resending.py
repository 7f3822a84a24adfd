"""Sends a task again whose arguments the result backend has kept, unless it may still finish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celery.backends.base import DisabledBackend
from celery.states import FAILURE, REVOKED, SUCCESS

from queue_insight.control import Outcome, refused

if TYPE_CHECKING:
    from celery import Celery


def retry(app: Celery, task_id: str, *, is_lost: bool = False) -> Outcome:
    """Send a task again that the result backend knows as failed or revoked, with its arguments.

    It gets a new id. `is_lost` says that its worker died and the broker does not redeliver it: then it may
    have another state, too.

    Raises what the backend's client raises when it is unreachable.
    """
    if isinstance(app.backend, DisabledBackend):
        return refused("Nothing was sent: there is no result backend, so its arguments are not known.")
    meta = app.backend.get_task_meta(task_id)
    state, name = meta.get("status"), meta.get("name")
    if state == SUCCESS:
        return refused("Nothing was sent: it has succeeded.")
    if state not in {FAILURE, REVOKED} and not is_lost:
        return refused(f"Nothing was sent: its state in the result backend is {state}; it may still run.")
    if not name or meta.get("args") is None:
        return refused("Nothing was sent: the result backend has no arguments. Set result_extended = True.")
    sent = app.send_task(name, meta["args"], meta.get("kwargs") or {}, queue=meta.get("queue"))
    return Outcome(text=f"Sent again as {sent.id}.", is_confirmed=True, number=1)
