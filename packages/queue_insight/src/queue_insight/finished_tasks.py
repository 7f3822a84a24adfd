"""The tasks that finished, and the events that say so. Pure, with bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from queue_insight.collector_state import ObservedOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from queue_insight.event_order import EventTime

MAX_FINISHED: Final = 200  # in the state, so that `diagnose` can say how a task finished


class FinishedTasks:
    """How tasks finished. Times are by the collector's clock."""

    def __init__(self, max_events: int) -> None:
        self._max_events = max_events
        self._outcomes: OrderedDict[str, ObservedOutcome] = OrderedDict()
        #: The event that finished each task, of more tasks than the state contains, to recognise late events.
        self._events: OrderedDict[str, EventTime] = OrderedDict()
        self._changed: set[str] = set()

    def restore(self, outcomes: Iterable[ObservedOutcome]) -> None:
        """Start from what an earlier collector saved."""
        self._outcomes = OrderedDict((outcome.id, outcome) for outcome in outcomes)

    def latest(self) -> Mapping[str, ObservedOutcome]:
        """Return the tasks that finished last, by id, the latest one last."""
        return self._outcomes

    def take_changed(self) -> set[str]:
        """Return the ids whose outcome has changed since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._events or task_id in self._outcomes

    def event(self, task_id: str) -> EventTime | None:
        """Return the event that finished this task, if one did."""
        return self._events.get(task_id)

    def add(
        self,
        task_id: str,
        outcome: str,
        at: float,
        *,
        name: str = "",
        event: EventTime | None = None,
        error: str = "",
    ) -> None:
        """Take in that a task finished, by this event if there was one."""
        if event is not None:
            self._events[task_id] = event
            self._events.move_to_end(task_id)
            if len(self._events) > self._max_events:
                self._events.popitem(last=False)
        self._outcomes[task_id] = ObservedOutcome(
            id=task_id,
            outcome=outcome,
            at=at,
            worker=event.worker if event else "",
            error=error,
            name=name,
        )
        self._outcomes.move_to_end(task_id)
        self._changed.add(task_id)
        if len(self._outcomes) > MAX_FINISHED:
            self._drop_oldest()

    def forget(self, task_id: str) -> None:
        """Take in that a new attempt at the task has begun."""
        self._events.pop(task_id, None)
        if self._outcomes.pop(task_id, None):
            self._changed.add(task_id)

    def expire(self, before: float) -> None:
        """Drop what finished before this time."""
        while self._outcomes and next(iter(self._outcomes.values())).at < before:
            self._drop_oldest()
        while self._events and next(iter(self._events.values())).at < before:
            self._events.popitem(last=False)

    def _drop_oldest(self) -> None:
        self._changed.add(self._outcomes.popitem(last=False)[0])
