"""The actions of the page: who may do which, on what, and what they have to know before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from queue_insight.reasons import count

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action."""

    code: str
    #: Its permission in the app `queue_insight`.
    permission: str
    label: str
    #: On what it acts: "task", "queue", "worker" or "name" (of tasks).
    target: str
    #: What may be lost, or happen twice.
    warning: str
    #: The further input that it takes: "terminate", "typed", "slots", "rate" or none.
    field: str = ""

    def question(self, number: int) -> str:
        """Return what is asked before it is done: "Cancel 3 tasks?"."""
        noun = {"name": "task name"}.get(self.target, self.target)
        return f"{self.label} {count(number, noun)}?"


_ALL: Final = (
    Action(
        code="cancel",
        permission="cancel_task",
        label="Cancel",
        target="task",
        warning="A waiting task is discarded when a worker takes it. A running task goes on, "
        "unless you stop it.",
        field="terminate",
    ),
    Action(
        code="retry",
        permission="retry_task",
        label="Send again",
        target="task",
        warning="Only tasks that the result backend knows as failed or cancelled are sent, with a new id. "
        "What such a task did before it failed may happen twice.",
    ),
    Action(
        code="purge",
        permission="purge_queue",
        label="Purge",
        target="queue",
        warning="All tasks that wait in it are deleted and cannot be brought back. "
        "Those that workers have taken stay.",
        field="typed",
    ),
    Action(
        code="pause",
        permission="pause_queue",
        label="Pause",
        target="queue",
        warning="The workers that consume it now stop taking from it; what they have taken they still do. "
        "A worker that is started later consumes it again.",
    ),
    Action(
        code="resume",
        permission="pause_queue",
        label="Resume",
        target="queue",
        warning="The workers that stopped consuming it start again.",
    ),
    Action(
        code="resize",
        permission="resize_worker",
        label="Change the slots of",
        target="worker",
        warning="Fewer slots end only processes that are free. It takes some seconds. "
        "A restart brings the old number back.",
        field="slots",
    ),
    Action(
        code="limit",
        permission="limit_task",
        label="Limit the rate of",
        target="name",
        warning="Each worker keeps the limit by itself, so two workers start twice as many. "
        "A restart of a worker removes it. 0 means no limit.",
        field="rate",
    ),
    Action(
        code="shut_down",
        permission="shut_down_worker",
        label="Shut down",
        target="worker",
        warning="It finishes what it runs and exits. What restarts your workers may start it again at once.",
    ),
)
ACTIONS: Final[Mapping[str, Action]] = {action.code: action for action in _ALL}
