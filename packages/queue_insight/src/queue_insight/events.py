"""Builds the collector's state from Celery's events and inspections. Pure, with bounded memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from queue_insight.collector_state import CollectorState, ObservedOutcome, ObservedTask, ObservedWorker
from queue_insight.fields import integer, summary, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from queue_insight.fields import Event
    from queue_insight.inspection import Inspection

MAX_FINISHED = 200  # so that `diagnose` can say how a task finished
MAX_SENT_IN_STATE = 200  # readers need only the heads of queues
MAX_RUNTIMES = 50  # per queue, for the mean run time

OUTCOMES = {
    "task-succeeded": "succeeded",
    "task-failed": "failed",
    "task-revoked": "revoked",
    "task-rejected": "rejected",
    "task-retried": "retried",
}


class EventTracker:
    """Workers and tasks as observed so far.

    Not thread-safe. Times are epoch seconds by the collector's clock.
    """

    def __init__(self, *, max_tasks: int, retention_s: float) -> None:
        self._max_tasks = max_tasks
        self._forget_after_s = retention_s
        self._workers: dict[str, ObservedWorker] = {}
        self._tasks: OrderedDict[str, ObservedTask] = OrderedDict()
        self._sent: OrderedDict[str, ObservedTask] = OrderedDict()
        self._finished: OrderedDict[str, ObservedOutcome] = OrderedDict()
        #: Number of tasks each worker had processed when it was first seen.
        self._first_processed: dict[str, int] = {}
        #: Workers that have sent an event of a task.
        self._sending_events: set[str] = set()
        self._runtimes: dict[str, deque[float]] = {}
        self._queues: set[str] = set()
        self._events = 0
        self._evicted = 0
        self._handlers: dict[str, Callable[[Event, float], None]] = {
            "task-sent": self._on_sent,
            "task-received": self._on_received,
            "task-started": self._on_started,
            **dict.fromkeys(OUTCOMES, self._on_finished),
            **dict.fromkeys(("worker-online", "worker-heartbeat", "worker-offline"), self._on_worker),
        }

    def apply(self, event: Event, now: float) -> None:
        """Apply one event. An event of unknown type or with missing fields is only counted."""
        self._events += 1
        kind = text(event, "type")
        if kind.startswith("task-") and kind != "task-sent":
            self._sending_events.add(text(event, "hostname"))
        if handler := self._handlers.get(kind):
            handler(event, now)

    def restore(self, state: CollectorState) -> None:
        """Start from the state that an earlier collector saved."""
        self._workers = {worker.name: worker for worker in state.workers}
        self._tasks = OrderedDict((task.id, task) for task in state.tasks)
        self._finished = OrderedDict((end.id, end) for end in state.finished)
        self._queues = set(state.queues)

    def without_queues(self) -> frozenset[str]:
        """Return the names of the workers whose queues are unknown."""
        return frozenset(w.name for w in self._workers.values() if w.queues is None and not w.offline)

    def worker_count(self) -> int:
        """Return the number of workers that are not offline."""
        return sum(not worker.offline for worker in self._workers.values())

    def apply_inspection(self, inspection: Inspection, now: float) -> None:
        """Apply the workers' replies, which correct what events missed."""
        for name, reply in inspection.replies.items():
            worker = self._workers.get(name) or ObservedWorker(name=name, last_seen_at=now)
            worker = replace(worker, queues=reply.queues, slots=reply.slots, last_seen_at=now, offline=False)
            self._workers[name] = worker
            self._queues.update(reply.queues)
            self._drop_missed_outcomes(worker, {task.id for task in reply.running}, inspection.requested_at)
            for task in reply.running:
                if task.id not in self._finished:
                    self._add_reported(task, worker, now)

    def _drop_missed_outcomes(self, worker: ObservedWorker, running: set[str], requested_at: float) -> None:
        # The event of a finished task may have been missed, for instance while the broker restarted.
        for task in [t for t in self._tasks.values() if t.worker == worker.name and t.id not in running]:
            started_before = task.started_at is not None and task.started_at < requested_at
            if started_before and task.lost_at is None and task.pid in {None, worker.pid}:
                del self._tasks[task.id]

    def _add_reported(self, task: ObservedTask, worker: ObservedWorker, now: float) -> None:
        known = self._tasks.get(task.id) or self._sent.pop(task.id, task)
        self._put(
            replace(
                known,
                queue=known.queue or task.queue,
                worker=worker.name,
                pid=worker.pid,
                lost_at=None,
                started_at=known.started_at or task.started_at or now,
            )
        )

    def expire(self, now: float) -> None:
        """Drop workers and tasks whose last event is older than the retention time."""
        before = now - self._forget_after_s
        for name in [w.name for w in self._workers.values() if w.last_seen_at < before]:
            del self._workers[name]
            self._sending_events.discard(name)
            self._first_processed.pop(name, None)
        for task in [
            t for t in self._tasks.values() if t.worker not in self._workers or (t.lost_at or now) < before
        ]:
            del self._tasks[task.id]
        while self._finished and next(iter(self._finished.values())).at < before:
            self._finished.popitem(last=False)
        while self._sent and (next(iter(self._sent.values())).sent_at or 0.0) < before:
            self._sent.popitem(last=False)

    def state(self, now: float, *, next_by: float, connected_since: float | None) -> CollectorState:
        """Return the current state as a value."""
        oldest = ((t.id, t.sent_at) for t in islice(self._sent.values(), MAX_SENT_IN_STATE))
        return CollectorState(
            collected_at=now,
            next_by=next_by,
            connected_since=connected_since,
            events=self._events,
            evicted=self._evicted,
            workers=tuple(self._workers.values()),
            tasks=tuple(self._tasks.values()),
            finished=tuple(self._finished.values()),
            sent={id_: at for id_, at in oldest if at is not None},
            queues=tuple(sorted(self._queues)),
            runtimes={queue: sum(times) / len(times) for queue, times in self._runtimes.items()},
        )

    def _on_sent(self, event: Event, now: float) -> None:
        task_id, queue = text(event, "uuid"), text(event, "queue")
        if queue:
            self._queues.add(queue)
        # The sender publishes this event, so the worker's own events may arrive first.
        if known := self._tasks.get(task_id):
            self._tasks[task_id] = replace(known, queue=known.queue or queue, sent_at=known.sent_at or now)
        elif task_id and task_id not in self._finished:
            self._sent[task_id] = ObservedTask(
                id=task_id,
                name=text(event, "name"),
                queue=queue,
                args_summary=summary(event),
                sent_at=now,
                eta=text(event, "eta") or None,
            )
            self._evict(self._sent)

    def _on_received(self, event: Event, now: float) -> None:
        task_id = text(event, "uuid")
        if not task_id:
            return
        known = self._tasks.get(task_id) or self._sent.pop(task_id, None) or ObservedTask(id=task_id)
        # Received again (redelivered or retried): discard what an earlier worker reported.
        self._finished.pop(task_id, None)
        self._put(
            replace(
                known,
                name=text(event, "name") or known.name,
                args_summary=summary(event) or known.args_summary,
                worker=text(event, "hostname"),
                pid=integer(event, "pid"),
                queue=known.queue or self._only_queue(text(event, "hostname")),
                lost_at=None,
                received_at=now,
                started_at=None,
                eta=text(event, "eta") or None,
            )
        )

    def _on_started(self, event: Event, now: float) -> None:
        task_id = text(event, "uuid")
        if not task_id or task_id in self._finished:
            return
        known = self._tasks.get(task_id) or self._sent.pop(task_id, None) or ObservedTask(id=task_id)
        worker = text(event, "hostname")
        queue = known.queue or self._only_queue(worker)
        self._put(
            replace(
                known, queue=queue, worker=worker, pid=integer(event, "pid"), lost_at=None, started_at=now
            )
        )

    def _on_finished(self, event: Event, now: float) -> None:
        task_id = text(event, "uuid")
        if not task_id:
            return
        known = self._tasks.pop(task_id, None) or self._sent.pop(task_id, None)
        if known and known.queue and known.started_at is not None:
            self._runtimes.setdefault(known.queue, deque(maxlen=MAX_RUNTIMES)).append(now - known.started_at)
        self._finished[task_id] = ObservedOutcome(id=task_id, outcome=OUTCOMES[text(event, "type")], at=now)
        self._finished.move_to_end(task_id)
        if len(self._finished) > MAX_FINISHED:
            self._finished.popitem(last=False)

    def _on_worker(self, event: Event, now: float) -> None:
        name, pid = text(event, "hostname"), integer(event, "pid")
        if not name:
            return
        known = self._workers.get(name)
        if known is None or known.pid != pid:
            # A new process under the same name has not reported its queues yet.
            known = ObservedWorker(name=name, last_seen_at=now, pid=pid)
            self._sending_events.discard(name)
            self._first_processed.pop(name, None)
            self._mark_lost(name, pid, now)
        freq = event.get("freq")
        processed = integer(event, "processed") or 0
        first = self._first_processed.setdefault(name, processed)
        self._workers[name] = replace(
            known,
            last_seen_at=now,
            offline=event["type"] == "worker-offline",
            heartbeat_interval_s=float(freq)
            if isinstance(freq, (int, float)) and freq > 0
            else known.heartbeat_interval_s,
            active=integer(event, "active") or 0,
            unreported_tasks=0 if name in self._sending_events else max(0, processed - first),
        )

    def _mark_lost(self, worker: str, pid: int | None, now: float) -> None:
        for task in self._tasks.values():
            if task.worker == worker and task.lost_at is None and task.pid not in {None, pid}:
                self._tasks[task.id] = replace(task, lost_at=now)

    def _only_queue(self, worker: str) -> str:
        # Events do not name the queue of a task; a worker with a single queue leaves no doubt.
        known = self._workers.get(worker)
        return known.queues[0] if known and known.queues and len(known.queues) == 1 else ""

    def _put(self, task: ObservedTask) -> None:
        self._tasks[task.id] = task
        self._evict(self._tasks)

    def _evict(self, tasks: OrderedDict[str, ObservedTask]) -> None:
        while len(tasks) > self._max_tasks:
            tasks.popitem(last=False)
            self._evicted += 1
