"""Builds the collector's state from Celery's events and inspections. Pure, with bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from queue_insight.collector_state import CollectorState, ObservedTask
from queue_insight.event_order import EventTime
from queue_insight.fields import Fields
from queue_insight.observed_tasks import MAX_QUEUES, UNOBSERVED, ObservedTasks
from queue_insight.observed_workers import ObservedWorkers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from queue_insight.fields import Document
    from queue_insight.inspection import Inspection

OUTCOMES: Final = {
    "task-succeeded": "succeeded",
    "task-failed": "failed",
    "task-revoked": "revoked",
    "task-rejected": "rejected",
    "task-retried": "retried",
}
#: Outcomes by the final state in Celery's result backend.
RESULTS: Final = {"SUCCESS": "succeeded", "FAILURE": "failed", "REVOKED": "revoked"}
WORKER_EVENTS: Final = frozenset({"worker-online", "worker-heartbeat", "worker-offline"})


class EventTracker:
    """Workers and tasks as observed so far.

    Not thread-safe. Times are epoch seconds by the collector's clock.
    """

    def __init__(self, *, max_tasks: int, retention_s: float, grace_heartbeats: float = 2.0) -> None:
        self._retention_s = retention_s
        self._workers = ObservedWorkers(grace_heartbeats)
        self._tasks = ObservedTasks(max_tasks)
        #: Workers whose tasks were ended with them.
        self._ended: set[str] = set()
        self._queues: dict[str, None] = {}
        #: When the current connection to the broker began; None while disconnected.
        self.connected_since: float | None = None
        self._events = 0
        self._malformed = 0

    def apply(self, event: Document, now: float) -> None:
        """Apply one event. One of unknown type is only counted, one with odd fields also as malformed."""
        self._events += 1
        fields = Fields(event)
        kind = fields.name("type")
        if kind == "task-sent":
            self._on_sent(fields, now)
        elif kind in OUTCOMES or kind in {"task-received", "task-started"}:
            self._on_task(kind, fields, now)
        elif kind in WORKER_EVENTS:
            self._on_worker(kind, fields, now)
        self._malformed += fields.malformed or not kind

    def count_malformed(self) -> None:
        """Count a message that is no event."""
        self._events += 1
        self._malformed += 1

    def restore(self, state: CollectorState) -> None:
        """Start from the state that an earlier collector saved."""
        self._workers.restore(state.workers)
        self._tasks.restore(state)
        self.add_queues(state.queues)

    def add_queues(self, names: Iterable[str]) -> None:
        """Add the names of queues, up to the maximum."""
        for name in names:
            if name in self._queues or len(self._queues) < MAX_QUEUES:
                self._queues[name] = None

    def without_queues(self) -> frozenset[str]:
        """Return the names of the workers whose queues are unknown."""
        return self._workers.without_queues()

    def worker_count(self, now: float) -> int:
        """Return the number of workers that should reply to an inspection."""
        return self._workers.alive_count(now, self.connected_since)

    def apply_inspection(self, inspection: Inspection, now: float) -> None:
        """Apply the workers' replies, which correct what events missed."""
        self._malformed += inspection.malformed
        self.add_queues(inspection.queues)
        for name, reply in inspection.replies.items():
            worker = self._workers.replied(name, reply, now)
            self._ended.discard(name)
            self.add_queues(reply.queues)
            running = (replace(task, started_at=task.started_at or now) for task in reply.running)
            self._tasks.reported(
                (*reply.reserved, *running),
                name,
                worker.pid,
                requested_at=inspection.requested_at,
                now=now,
            )

        for task_id, state in inspection.results.items():
            self._tasks.settle(task_id, RESULTS.get(state, UNOBSERVED), now)

    def unproven(self) -> list[str]:
        """Return the ids of tasks whose worker ended while it is not known whether they finished."""
        return self._tasks.unproven()

    def maintain(self, now: float) -> None:
        """Find the tasks of workers that ended, and drop what is older than the retention time."""
        for worker in self._workers.ended(now, self.connected_since):
            if worker not in self._ended:
                self._end_tasks(worker, now)
        before = now - self._retention_s
        self._workers.expire(before)
        self._ended = {name for name in self._ended if self._workers.knows(name)}
        self._tasks.expire(before, knows_worker=self._workers.knows)

    def state(self, now: float, *, next_by: float) -> CollectorState:
        """Return the current state as a value."""
        return CollectorState(
            collected_at=now,
            next_by=next_by,
            connected_since=self.connected_since,
            events=self._events,
            malformed=self._malformed,
            evicted=self._tasks.evicted,
            workers=self._workers.all(),
            tasks=self._tasks.at_workers(),
            finished=self._tasks.finished(),
            sent=self._tasks.send_times(),
            queues=tuple(sorted(self._queues)),
            runtimes=self._tasks.runtimes(),
        )

    def _on_sent(self, fields: Fields, now: float) -> None:
        task_id, queue = fields.name("uuid"), fields.name("queue")
        if queue:
            self.add_queues([queue])
        if not task_id:
            fields.malformed = True
            return
        self._tasks.sent(_described(task_id, queue, fields, sent_at=now))

    def _on_task(self, kind: str, fields: Fields, now: float) -> None:
        task_id, worker, pid = fields.name("uuid"), fields.name("hostname"), fields.count("pid")
        if not task_id or not worker:
            fields.malformed = True
            return
        at = self._observe(worker, pid, fields, now, of_task=kind)
        event = EventTime(worker=worker, pid=pid, clock=fields.count("clock"), at=at)
        if kind in OUTCOMES:
            self._tasks.finish(task_id, OUTCOMES[kind], event)
            return
        task = _described(task_id, self._workers.only_queue(worker), fields)
        if kind == "task-received":
            self._tasks.received(task, event)
        else:
            self._tasks.started(task, event)

    def _on_worker(self, kind: str, fields: Fields, now: float) -> None:
        worker, pid = fields.name("hostname"), fields.count("pid")
        if not worker:
            fields.malformed = True
            return
        self._observe(worker, pid, fields, now)
        self._workers.observe_heartbeat(worker, fields, offline=kind == "worker-offline")

    def _observe(
        self, worker: str, pid: int | None, fields: Fields, now: float, *, of_task: str = ""
    ) -> float:
        if self._workers.is_replaced_by(worker, pid):
            self._end_tasks(worker, now, new_pid=pid)
        at = self._workers.observe_event(worker, pid, fields.time("timestamp"), now, of_task=of_task)
        if worker in self._ended and not self._workers.is_offline(worker):
            # It was only silent, for instance because its host was suspended.
            self._ended.discard(worker)
            self._tasks.resume(worker, pid)
        return at

    def _end_tasks(self, worker: str, now: float, *, new_pid: int | None = None) -> None:
        self._ended.add(worker)
        complete = self._workers.reports_completely(worker)
        self._tasks.end(worker, now, proven_since=self.connected_since if complete else None, new_pid=new_pid)


def _described(task_id: str, queue: str, fields: Fields, sent_at: float | None = None) -> ObservedTask:
    return ObservedTask(
        id=task_id,
        name=fields.name("name"),
        queue=queue,
        args_summary=fields.summary("args", "kwargs"),
        sent_at=sent_at,
        eta=fields.date("eta"),
    )
