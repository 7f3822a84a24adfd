"""The tasks as events and replies describe them. Pure, with bounded memory.

Events may be lost, repeated or out of order. A later attempt at a task replaces an earlier one, whichever
arrives first, and a reply removes what a lost event left behind.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from queue_insight.collector_state import ObservedOutcome, ObservedTask
from queue_insight.event_order import EventTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from queue_insight.collector_state import CollectorState

MAX_FINISHED: Final = 200  # in the state, so that `diagnose` can say how a task finished
MAX_SENT_IN_STATE: Final = 200  # readers need only the heads of queues
MAX_RUNTIMES: Final = 50  # per queue, for the mean run time
MAX_QUEUES: Final = 1000
#: The outcome of a task that its worker no longer has, without an event of its end.
UNOBSERVED: Final = "unobserved"


class ObservedTasks:
    """Tasks that were sent, that workers have, and that finished. Times are by the collector's clock."""

    def __init__(self, max_tasks: int) -> None:
        self._max_tasks = max_tasks
        self._tasks: OrderedDict[str, ObservedTask] = OrderedDict()
        self._sent: OrderedDict[str, ObservedTask] = OrderedDict()
        self._finished: OrderedDict[str, ObservedOutcome] = OrderedDict()
        #: The event that finished each task, of more tasks than the state contains, to recognise late events.
        self._finished_by: OrderedDict[str, EventTime] = OrderedDict()
        self._runtimes: dict[str, deque[float]] = {}
        #: Tasks dropped to keep memory bounded.
        self.evicted = 0

    def restore(self, state: CollectorState) -> None:
        """Start from what an earlier collector saved."""
        self._tasks = OrderedDict((task.id, task) for task in state.tasks)
        self._finished = OrderedDict((end.id, end) for end in state.finished)

    def at_workers(self) -> tuple[ObservedTask, ...]:
        """Return the tasks that a worker has, or had when it ended."""
        return tuple(self._tasks.values())

    def finished(self) -> tuple[ObservedOutcome, ...]:
        """Return the tasks that finished last."""
        return tuple(self._finished.values())

    def send_times(self) -> dict[str, float]:
        """Return when the oldest tasks that no worker has received were sent, by task id."""
        oldest = islice(self._sent.values(), MAX_SENT_IN_STATE)
        return {task.id: task.sent_at for task in oldest if task.sent_at is not None}

    def runtimes(self) -> dict[str, float]:
        """Return the mean run time in seconds of the most recent tasks, by queue."""
        return {queue: sum(times) / len(times) for queue, times in self._runtimes.items()}

    def sent(self, task: ObservedTask) -> None:
        """Take in that a task was sent."""
        # The sender publishes this event, so the worker's own events may arrive first.
        if known := self._tasks.get(task.id):
            self._tasks[task.id] = replace(
                known, queue=known.queue or task.queue, sent_at=known.sent_at or task.sent_at
            )
        elif not self._has_finished(task.id):
            self._sent[task.id] = task
            self._evict(self._sent)

    def received(self, task: ObservedTask, event: EventTime) -> None:
        """Take in that a worker received a task: a new attempt, unless a later event arrived first."""
        known = self._tasks.get(task.id)
        same_attempt = known is not None and event.is_of(known.worker, known.pid)
        if self._is_before_end(task.id, event) or (not same_attempt and self._is_before(known, event)):
            return
        before = known or self._sent.pop(task.id, None) or task
        described = replace(
            before,
            name=task.name or before.name,
            args_summary=task.args_summary or before.args_summary,
            received_at=event.at,
            eta=task.eta,
        )
        if self._is_before(known, event):  # its start arrived first
            self._put(described)
            return
        self._forget_end(task.id)
        self._put(replace(_attempt(described, task.queue, event), started_at=None))

    def started(self, task: ObservedTask, event: EventTime) -> None:
        """Take in that a worker started a task, unless a later event arrived first."""
        known = self._tasks.get(task.id)
        if self._is_before_end(task.id, event) or (event.clock is None and self._has_finished(task.id)):
            return
        if known is not None and not event.is_of(known.worker, known.pid) and self._is_before(known, event):
            return
        self._forget_end(task.id)
        before = known or self._sent.pop(task.id, None) or task
        self._put(replace(_attempt(before, task.queue, event), started_at=event.at))

    def finish(self, task_id: str, outcome: str, event: EventTime) -> None:
        """Take in the end of an attempt; ignored if a later attempt has begun."""
        known = self._tasks.get(task_id)
        if self._is_before(known, event) or self._is_before_end(task_id, event):
            return
        self._tasks.pop(task_id, None)
        known = known or self._sent.pop(task_id, None)
        if known and known.queue and known.started_at is not None:
            self._add_runtime(known.queue, max(0.0, event.at - known.started_at))
        self._finished_by[task_id] = event
        self._finished_by.move_to_end(task_id)
        while len(self._finished_by) > self._max_tasks:
            self._finished_by.popitem(last=False)
        self._put_finished(ObservedOutcome(id=task_id, outcome=outcome, at=event.at))

    def reported(
        self, tasks: Iterable[ObservedTask], worker: str, pid: int | None, *, requested_at: float, now: float
    ) -> None:
        """Take in all tasks that a worker says it has, as requested at that time."""
        reported = {task.id: task for task in tasks}
        for task in [t for t in self._tasks.values() if t.worker == worker and t.id not in reported]:
            # The event of its end may have been lost, for instance while the broker restarted.
            if task.observed_at < requested_at and task.ended_at is None and task.pid in {None, pid}:
                del self._tasks[task.id]
                self._put_finished(ObservedOutcome(id=task.id, outcome=UNOBSERVED, at=now))
        for task in reported.values():
            finished = self._finished_by.get(task.id)
            if finished is None or finished.at < requested_at:  # else it finished after the reply
                self._put_reported(task, worker, pid, now)

    def _put_reported(self, task: ObservedTask, worker: str, pid: int | None, now: float) -> None:
        self._forget_end(task.id)
        known = self._tasks.get(task.id) or self._sent.pop(task.id, task)
        self._put(
            replace(
                known,
                name=known.name or task.name,
                queue=known.queue or task.queue,
                args_summary=known.args_summary or task.args_summary,
                eta=known.eta or task.eta,
                worker=worker,
                pid=pid,
                observed_at=now,
                ended_at=None,
                proven=False,
                started_at=known.started_at or task.started_at,
            )
        )

    def end(self, worker: str, now: float, *, proven_since: float | None, new_pid: int | None = None) -> None:
        """Take in that a worker ended, or that the process `new_pid` replaced it.

        A task last observed at `proven_since` or later certainly did not finish; None: nothing is certain.
        """
        for task in self._tasks.values():
            if task.worker == worker and task.ended_at is None and (new_pid is None or task.pid != new_pid):
                proven = proven_since is not None and proven_since <= task.observed_at
                self._tasks[task.id] = replace(task, ended_at=now, proven=proven)

    def resume(self, worker: str, pid: int | None) -> None:
        """Take in that a worker that seemed to have ended is back with its tasks."""
        for task in self._tasks.values():
            if task.worker == worker and task.ended_at is not None and task.pid in {None, pid}:
                self._tasks[task.id] = replace(task, ended_at=None, proven=False)

    def unproven(self) -> list[str]:
        """Return the ids of tasks whose worker ended while it is not known whether they finished."""
        return [task.id for task in self._tasks.values() if task.ended_at is not None and not task.proven]

    def settle(self, task_id: str, outcome: str, now: float) -> None:
        """Take in how a task ended whose end nobody observed."""
        task = self._tasks.get(task_id)
        if task is not None and task.ended_at is not None:
            del self._tasks[task_id]
            self._put_finished(ObservedOutcome(id=task_id, outcome=outcome, at=now))

    def expire(self, before: float, *, knows_worker: Callable[[str], bool]) -> None:
        """Drop what ended, finished or was sent before this time, and the tasks of unknown workers."""
        for task in list(self._tasks.values()):
            if task.ended_at < before if task.ended_at is not None else not knows_worker(task.worker):
                del self._tasks[task.id]
        while self._finished and next(iter(self._finished.values())).at < before:
            self._finished.popitem(last=False)
        while self._finished_by and next(iter(self._finished_by.values())).at < before:
            self._finished_by.popitem(last=False)
        while self._sent and (next(iter(self._sent.values())).sent_at or 0.0) < before:
            self._sent.popitem(last=False)

    def _has_finished(self, task_id: str) -> bool:
        return task_id in self._finished_by or task_id in self._finished

    def _is_before_end(self, task_id: str, event: EventTime) -> bool:
        end = self._finished_by.get(task_id)
        return end is not None and event.precedes(end)

    def _is_before(self, known: ObservedTask | None, event: EventTime) -> bool:
        return known is not None and event.precedes(
            EventTime(worker=known.worker, pid=known.pid, clock=known.clock, at=known.observed_at)
        )

    def _add_runtime(self, queue: str, seconds: float) -> None:
        if queue in self._runtimes or len(self._runtimes) < MAX_QUEUES:
            self._runtimes.setdefault(queue, deque(maxlen=MAX_RUNTIMES)).append(seconds)

    def _put_finished(self, outcome: ObservedOutcome) -> None:
        self._finished[outcome.id] = outcome
        self._finished.move_to_end(outcome.id)
        if len(self._finished) > MAX_FINISHED:
            self._finished.popitem(last=False)

    def _forget_end(self, task_id: str) -> None:
        self._finished.pop(task_id, None)
        self._finished_by.pop(task_id, None)

    def _put(self, task: ObservedTask) -> None:
        self._tasks[task.id] = task
        self._evict(self._tasks)

    def _evict(self, tasks: OrderedDict[str, ObservedTask]) -> None:
        while len(tasks) > self._max_tasks:
            tasks.popitem(last=False)
            self.evicted += 1


def _attempt(before: ObservedTask, queue: str, event: EventTime) -> ObservedTask:
    return replace(
        before,
        worker=event.worker,
        pid=event.pid,
        queue=before.queue or queue,
        observed_at=event.at,
        clock=event.clock,
        ended_at=None,
        proven=False,
    )
