"""The tasks as events and replies describe them. Pure, with bounded memory.

Events may be lost, repeated or out of order. A later attempt at a task replaces an earlier one, whichever
arrives first, and a reply removes what a lost event left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import asdict

from queue_insight.collector_state import Task
from queue_insight.event import RETRIED, SUCCEEDED
from queue_insight.event_order import EventTime
from queue_insight.failure_groups import FailureGroups
from queue_insight.finished_tasks import FinishedTasks
from queue_insight.observed_drains import ObservedDrains
from queue_insight.observed_rates import RunTimes
from queue_insight.recorded_history import HistoryRecorder
from queue_insight.sent_tasks import SentTasksIndex
from queue_insight.task_ledger import TaskLedger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from queue_insight.collector_state import CollectorState
    from queue_insight.tracebacks import Origin

#: The outcome of a task that its worker no longer has, without an event of its end.
UNOBSERVED: Final = "unobserved"


class ObservedTasks:
    """Tasks that were sent, that workers have, and that finished. Times are by the collector's clock."""

    def __init__(self, max_tasks: int) -> None:
        self._tasks = TaskLedger(max_tasks)
        #: What no worker has received.
        self.waiting = SentTasksIndex(max_tasks)
        self.finished = FinishedTasks(max_tasks)
        self.run_times = RunTimes()
        self.history = HistoryRecorder()
        self.failures = FailureGroups()
        self.drains = ObservedDrains()

    @property
    def evicted(self) -> int:
        """How many tasks of workers were dropped to keep memory bounded."""
        return self._tasks.evicted

    def restore(self, state: CollectorState) -> None:
        """Start from what an earlier collector saved."""
        for task in sorted(state.tasks, key=lambda task: task.observed_at):
            self._tasks.put(Task(**asdict(task)))
        self.finished.restore(state.finished)
        self.run_times.restore(state.run_times)
        self.history.restore_recent(state.recent)

    def at_workers(self) -> Mapping[str, Task]:
        """Return the tasks that a worker has, or had when it ended, by id."""
        return self._tasks.all()

    def take_changed(self) -> set[str]:
        """Return the ids of the tasks whose record has changed since the last call."""
        return self._tasks.take_changed()

    def sent(self, task: Task) -> None:
        """Take in that a task was sent."""
        # The sender publishes this event, so the worker's own events may arrive first.
        if known := self._tasks.get(task.id):
            known.queue = known.queue or task.queue
            known.sent_at = known.sent_at or _sent_by(task.sent_at, known.received_at, known.started_at)
            self._tasks.put(known)
        elif task.id not in self.finished:
            self.waiting.add(task)

    def received(self, task: Task, event: EventTime) -> None:
        """Take in that a worker received a task: a new attempt, unless a later event arrived first."""
        known = self._tasks.get(task.id)
        overtaken = known is not None and _precedes(event, known)
        same_attempt = known is not None and event.is_of(known.worker, known.pid)
        if self._is_before_end(task.id, event) or (overtaken and not same_attempt):
            return
        record = known or self.waiting.pop(task.id) or task
        record.name = task.name or record.name
        record.args_summary = task.args_summary or record.args_summary
        record.received_at = event.at
        record.eta, record.expires, record.retries = task.eta, task.expires, task.retries
        if not overtaken:  # else its start arrived first
            self._begin(record, task.queue, event)
            record.started_at = None
        self._tasks.put(record)

    def started(self, task: Task, event: EventTime) -> None:
        """Take in that a worker started a task, unless a later event arrived first."""
        known = self._tasks.get(task.id)
        if self._is_before_end(task.id, event) or (event.clock is None and task.id in self.finished):
            return
        if known is not None and not event.is_of(known.worker, known.pid) and _precedes(event, known):
            return
        record = known or self.waiting.pop(task.id) or task
        self._begin(record, task.queue, event)
        if record.started_at is None:
            self.drains.left(record.queue, event.at)
        record.started_at = event.at
        self._tasks.put(record)

    def finish(
        self,
        task_id: str,
        outcome: str,
        event: EventTime,
        now: float,
        *,
        error: str = "",
        origin: Origin | None = None,
    ) -> None:
        """Take in the end of an attempt, of which the event came now; ignored if a later one has begun.

        `origin` is where a failure came from.
        """
        known = self._tasks.get(task_id)
        if (known is not None and _precedes(event, known)) or self._is_before_end(task_id, event):
            return
        if known is not None and outcome == RETRIED and known.started_at is None and known.retries:
            # The worker has received the next attempt before it says that the last one asked for it.
            self._record(known, outcome, event.at, now)
            return
        if known is not None:
            self._tasks.remove(task_id)
        known = known or self.waiting.pop(task_id)
        if known and known.name and known.started_at is not None and outcome == SUCCEEDED:
            self.run_times.add(known.name, max(0.0, event.at - known.started_at))
        if known and known.started_at is None:
            self.drains.left(known.queue, event.at)
        if known:
            self._record(known, outcome, event.at, now)
        if origin is not None and (known or task_id not in self.finished):
            name = known.name if known else ""
            self.failures.add(
                origin, task_id=task_id, name=name, worker=event.worker, message=error, at=event.at
            )
        name = known.name if known else ""
        self.finished.add(task_id, outcome, event.at, name=name, event=event, error=error)

    def _record(self, task: Task, outcome: str, at: float | None, now: float) -> None:
        started_at = task.started_at
        run_s = (
            None if started_at is None or at is None or outcome != SUCCEEDED else max(0.0, at - started_at)
        )
        # The wait of an attempt that was retried began with the retry, of which the sender says nothing.
        wait_s = None if started_at is None or task.sent_at is None else max(0.0, started_at - task.sent_at)
        self.history.finished(task.queue, task.name, outcome, now, run_s=run_s, wait_s=wait_s)

    def reported(
        self,
        tasks: Iterable[Task],
        worker: str,
        pid: int | None,
        *,
        requested_at: float,
        now: float,
        unlisted: Collection[str] = (),
        only_queue: str = "",
    ) -> None:
        """Take in all tasks that a worker says it has, as requested at that time.

        `unlisted` are names of tasks that it does not list before they start: those with a rate limit.
        `only_queue` is the one that it takes from, if it is one: events don't say that, and some arrive
        before its first reply.
        """
        reported = {task.id: task for task in tasks}
        for task in [t for t in self._tasks.of(worker) if t.id not in reported]:
            is_listed = task.started_at is not None or task.name not in unlisted
            is_older = task.observed_at < requested_at and task.ended_at is None and task.pid in {None, pid}
            # The event of its end may have been lost, for instance while the broker restarted.
            if is_listed and is_older:
                self._tasks.remove(task.id)
                self.finished.add(task.id, UNOBSERVED, now, name=task.name)
                self._record(task, UNOBSERVED, None, now)
            elif only_queue and not task.queue:
                task.queue = only_queue
                self._tasks.put(task)
        for task in reported.values():
            finished = self.finished.event(task.id)
            if finished is None or finished.at < requested_at:  # else it finished after the reply
                task.queue = task.queue or only_queue
                self._put_reported(task, worker, pid, now)

    def _put_reported(self, task: Task, worker: str, pid: int | None, now: float) -> None:
        self.finished.forget(task.id)
        record = self._tasks.get(task.id) or self.waiting.pop(task.id) or task
        record.name = record.name or task.name
        record.queue = record.queue or task.queue
        record.args_summary = record.args_summary or task.args_summary
        record.eta = record.eta or task.eta
        record.started_at = record.started_at or task.started_at
        record.worker, record.pid, record.observed_at = worker, pid, now
        record.ended_at, record.proven = None, False
        self._tasks.put(record)

    def end(self, worker: str, now: float, *, proven_since: float | None, new_pid: int | None = None) -> None:
        """Take in that a worker ended, or that the process `new_pid` replaced it.

        A task last observed at `proven_since` or later certainly did not finish; None: nothing is certain.
        """
        for task in self._tasks.of(worker):
            if task.ended_at is None and (new_pid is None or task.pid != new_pid):
                task.ended_at = now
                task.proven = proven_since is not None and proven_since <= task.observed_at
                self._tasks.put(task)

    def resume(self, worker: str, pid: int | None) -> None:
        """Take in that a worker that seemed to have ended is back with its tasks."""
        for task in self._tasks.of(worker):
            if task.ended_at is not None and task.pid in {None, pid}:
                task.ended_at, task.proven = None, False
                self._tasks.put(task)

    def unproven(self) -> list[str]:
        """Return the ids of tasks whose worker ended while it is not known whether they finished."""
        return [task.id for task in self._tasks.ended() if not task.proven]

    def settle(self, task_id: str, outcome: str, now: float) -> None:
        """Take in how a task ended whose end nobody observed."""
        task = self._tasks.get(task_id)
        if task is not None and task.ended_at is not None:
            self._tasks.remove(task_id)
            self.finished.add(task_id, outcome, now, name=task.name)
            self._record(task, outcome, None, now)

    def expire(self, before: float, *, knows_worker: Callable[[str], bool]) -> None:
        """Drop what ended or finished before this time, and the tasks of unknown workers."""
        for task in list(self._tasks.all().values()):
            if task.ended_at < before if task.ended_at is not None else not knows_worker(task.worker):
                self._tasks.remove(task.id)
        self.finished.expire(before)

    def _is_before_end(self, task_id: str, event: EventTime) -> bool:
        end = self.finished.event(task_id)
        return end is not None and event.precedes(end)

    def _begin(self, record: Task, queue: str, event: EventTime) -> None:
        # A new attempt at the task.
        self.finished.forget(record.id)
        record.worker, record.pid, record.clock = event.worker, event.pid, event.clock
        record.queue = record.queue or queue
        record.observed_at = event.at
        record.sent_at = _sent_by(record.sent_at, event.at)
        record.ended_at, record.proven = None, False


def _precedes(event: EventTime, known: Task) -> bool:
    return event.precedes(EventTime(known.worker, known.pid, known.clock, known.observed_at))


def _sent_by(reported_at: float | None, *observed_at: float | None) -> float | None:
    """Return when a task had been sent: senders report a moment later, when a worker may have it already."""
    times = [at for at in (reported_at, *observed_at) if at is not None]
    return None if reported_at is None else min(times)
