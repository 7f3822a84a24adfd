"""Performs the actions and records each: before it begins, and how it ended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from queue_insight import control
from queue_insight.control import Outcome, refused
from queue_insight.errors import BrokerUnreachableError
from queue_insight.models import ActionRecord
from queue_insight.names import shown
from queue_insight.page import pauses
from queue_insight.resending import retry
from queue_insight.snapshot import TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from celery import Celery

    from queue_insight.page.actions import Action
    from queue_insight.snapshot import Snapshot

#: Signal that ends a running task.
SIGNAL: Final = "SIGTERM"
MAX_SLOTS: Final = 1000
#: Maximum number of targets that a record names, and of characters of a target and a result.
MAX_NAMED: Final = 20
MAX_TEXT: Final = 2000
#: Why a task in this state is not sent again.
_MAY_RUN: Final = {
    TaskState.QUEUED: "waits in its queue",
    TaskState.HANDED_OUT: "was handed out by the broker, and may run",
    TaskState.RESERVED: "was taken by a worker, which will start it",
    TaskState.RUNNING: "runs",
    TaskState.LOST: "was lost with its worker, and the broker may deliver it again",
    TaskState.UNKNOWN: "may have finished: its worker ended while nobody listened",
}
_RATE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?(/[smh])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What somebody asked for."""

    action: Action
    #: Ids of tasks, or names of queues, workers or tasks.
    targets: Sequence[str]
    app: Celery
    snapshot: Snapshot
    by: str
    #: What the person entered.
    fields: Mapping[str, str]


def execute(call: Call) -> Outcome:
    """Do it, record it, and return what came of it."""
    record = ActionRecord.objects.create(
        by=call.by, action=call.action.code, target=_description(call), number=len(call.targets)
    )
    try:
        outcome = _DO[call.action.code](call)
    except BrokerUnreachableError as error:
        outcome = Outcome(text=str(error), is_confirmed=False)
    except Exception as error:
        record.result = f"Failed: {type(error).__name__}: {error}"[:MAX_TEXT]
        record.save(update_fields=["result"])
        raise
    record.number, record.result = outcome.number, outcome.text[:MAX_TEXT]
    record.save(update_fields=["number", "result"])
    return outcome


def _description(call: Call) -> str:
    more = len(call.targets) - MAX_NAMED
    named = ", ".join(shown(each) for each in call.targets[:MAX_NAMED]) + (
        f" and {more} more" if more > 0 else ""
    )
    entered = "".join(f" ({name}: {shown(value)})" for name, value in sorted(call.fields.items()) if value)
    return f"{named}{entered}"[:MAX_TEXT]


def _cancel(call: Call) -> Outcome:
    return control.cancel(call.app, call.targets, signal=SIGNAL if call.fields.get("terminate") else "")


def _retry(call: Call) -> Outcome:
    return _together([_retry_one(call, task_id) for task_id in call.targets])


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        text=" ".join(outcome.text for outcome in outcomes[:MAX_NAMED]),
        is_confirmed=any(outcome.is_confirmed for outcome in outcomes),
        number=sum(outcome.number or 0 for outcome in outcomes),
    )


def _retry_one(call: Call, task_id: str) -> Outcome:
    task = call.snapshot.find(task_id)
    is_lost = task is not None and task.state is TaskState.LOST and task.unacked is False
    if task is not None and not is_lost:
        return refused(f"Nothing was sent: task {shown(task_id, 40)} {_MAY_RUN[task.state]}.")
    return retry(call.app, task_id, is_lost=is_lost)


def _purge(call: Call) -> Outcome:
    (queue,) = call.targets
    if call.fields.get("typed") != shown(queue):
        return refused("Nothing was deleted: the name that was typed is not the queue's.")
    return control.purge(call.app, queue)


def _pause(call: Call) -> Outcome:
    (queue,) = call.targets
    workers = control.consumers(call.app, queue)
    if not workers:
        return refused("No worker answered that it consumes the queue, so nothing was paused.")
    outcome = control.pause(call.app, queue, workers)
    if outcome.is_confirmed:
        pauses.remember(queue, by=call.by, workers=outcome.workers)
    return outcome


def _resume(call: Call) -> Outcome:
    (queue,) = call.targets
    pause = pauses.paused().get(queue)
    if pause is None:
        return refused("Nobody paused it from this page.")
    outcome = control.resume(call.app, queue, pause.workers)
    consumers = () if outcome.is_confirmed else control.consumers(call.app, queue)
    if outcome.is_confirmed or consumers:
        pauses.forget(queue)
    if consumers:
        names = ", ".join(map(shown, consumers))
        text = f"The workers that stopped did not answer, but others consume it: {names}."
        return Outcome(text=text, is_confirmed=True, number=len(consumers), workers=consumers)
    return outcome


def _resize(call: Call) -> Outcome:
    return _together([_resize_one(call, name) for name in call.targets])


def _resize_one(call: Call, name: str) -> Outcome:
    wanted = call.fields.get("slots", "")
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= MAX_SLOTS):
        return refused(f"Nothing was changed: enter a number from 1 to {MAX_SLOTS}.")
    return control.resize(call.app, name, int(wanted))


def _limit(call: Call) -> Outcome:
    (name,) = call.targets
    rate = call.fields.get("rate", "")
    if not _RATE.fullmatch(rate):
        return refused("Nothing was changed: enter a rate as 10/m, 2/s or 100/h, or 0 for none.")
    return control.limit_rate(call.app, name, rate)


def _shut_down(call: Call) -> Outcome:
    return control.shut_down(call.app, call.targets)


_DO: Final[Mapping[str, Callable[[Call], Outcome]]] = {
    "cancel": _cancel,
    "retry": _retry,
    "purge": _purge,
    "pause": _pause,
    "resume": _resume,
    "resize": _resize,
    "limit": _limit,
    "shut_down": _shut_down,
}
