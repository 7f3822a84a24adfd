"""The failures of tasks, grouped by the type of the exception and its place in the project's code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from queue_insight.read import celery_app
from queue_insight.snapshot import moment
from queue_insight.stored_state import load_failures
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from celery import Celery

    from queue_insight.collector_state import ObservedFailures
    from queue_insight.stores.base import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """The failures by one type of exception at one place. An empty text stands for "not known"."""

    id: str
    #: The full name of the exception's class, as "shop.errors.Refused".
    exception: str
    #: Its place: the end of the file's path, and the function.
    file: str
    function: str
    #: Whether the place is in the project's own code; else no frame of it is known, and it is the innermost.
    is_own: bool
    count: int
    first_at: datetime
    last_at: datetime
    #: Of the last one: the line, the task and its name, the worker, and the exception as text, redacted.
    line: int | None = None
    task_id: str = ""
    name: str = ""
    worker: str = ""
    message: str = ""
    #: The causal id of that task.
    causal_id: str = ""

    @property
    def place(self) -> str:
        """The place as "shop/orders/tasks.py:17 in charge"; empty when it is not known."""
        line = "" if self.line is None else f":{self.line}"
        return f"{self.file}{line} in {self.function}" if self.file else ""

    def matches(self, text: str) -> bool:
        """Return whether exception, place, message, name or worker contains the text, or an id begins so."""
        words = text.casefold()
        texts = (self.exception, self.place, self.message, self.name, self.worker)
        return any(words in each.casefold() for each in texts) or any(
            each.startswith(text) for each in (self.task_id, self.causal_id)
        )


def failures(
    app: Celery | None = None, *, store: Store | None = None, text: str = ""
) -> Sequence[FailureGroup]:
    """Return the groups that match the text, the one that failed last first, in one round trip.

    The collector keeps 200 groups, each until nothing failed in it for 31 days.

    Raises:
        StoreUnreachableError: the store did not respond.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    store = store or store_for(app or celery_app())
    groups = [_group(key, each) for key, each in load_failures(store).items()]
    groups.sort(key=lambda each: (each.last_at, each.id), reverse=True)
    return [each for each in groups if each.matches(text)]


def _group(key: str, found: ObservedFailures) -> FailureGroup:
    return FailureGroup(
        id=key,
        exception=found.exception,
        file=found.file,
        function=found.function,
        is_own=found.is_own,
        count=found.count,
        first_at=moment(found.first_at),
        last_at=moment(found.last_at),
        line=found.line,
        task_id=found.task_id,
        name=found.name,
        worker=found.worker,
        message=found.message,
        causal_id=found.causal_id,
    )
