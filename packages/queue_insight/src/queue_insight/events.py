"""Celery's events, folded into what is known about workers and the tasks that they hold. Pure and bounded."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from queue_insight.fields import summary, text, whole
from queue_insight.sighting import SeenEnd, SeenTask, SeenWorker, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable

    from queue_insight.census import Census
    from queue_insight.fields import Event

KEEP_ENDED = 200  # for "it has ended already"
TELL_SENT = 200  # readers need the heads of queues only
KEEP_RUNTIMES = 50  # per queue, for the mean

OUTCOMES = {
    "task-succeeded": "succeeded",
    "task-failed": "failed",
    "task-revoked": "revoked",
    "task-rejected": "rejected",
    "task-retried": "retried",
}


class Ledger:
    """What was heard so far. One thread writes; times are the hearer's epoch seconds."""

    def __init__(self, *, max_tasks: int, forget_after_s: float) -> None:
        self._max_tasks = max_tasks
        self._forget_after_s = forget_after_s
        self._workers: dict[str, SeenWorker] = {}
        self._tasks: OrderedDict[str, SeenTask] = OrderedDict()
        self._sent: OrderedDict[str, SeenTask] = OrderedDict()
        self._ended: OrderedDict[str, SeenEnd] = OrderedDict()
        #: How many tasks each worker had begun when it was first heard, until it sends an event of one.
        self._begun: dict[str, int] = {}
        self._telling: set[str] = set()
        self._runtimes: dict[str, deque[float]] = {}
        self._queues: set[str] = set()
        self._events = 0
        self._evicted = 0
        self._handlers: dict[str, Callable[[Event, float], None]] = {
            "task-sent": self._on_sent,
            "task-received": self._on_received,
            "task-started": self._on_started,
            **dict.fromkeys(OUTCOMES, self._on_ended),
            **dict.fromkeys(("worker-online", "worker-heartbeat", "worker-offline"), self._on_worker),
        }

    def apply(self, event: Event, now: float) -> None:
        """Take in one event; one of an unknown type or without the fields of its type is counted only."""
        self._events += 1
        kind = text(event, "type")
        if kind.startswith("task-") and kind != "task-sent":
            self._telling.add(text(event, "hostname"))
        if handler := self._handlers.get(kind):
            handler(event, now)

    def resume(self, sighting: Sighting) -> None:
        """Begin with what an earlier collector knew."""
        self._workers = {worker.name: worker for worker in sighting.workers}
        self._tasks = OrderedDict((task.id, task) for task in sighting.tasks)
        self._ended = OrderedDict((end.id, end) for end in sighting.ended)
        self._queues = set(sighting.queues)

    def untold(self) -> frozenset[str]:
        """Return the workers that have not told yet which queues they listen to."""
        return frozenset(w.name for w in self._workers.values() if w.queues is None and not w.offline)

    def listed(self) -> int:
        """Return how many workers are believed to be there."""
        return sum(not worker.offline for worker in self._workers.values())

    def apply_census(self, census: Census, now: float) -> None:
        """Take in what the workers answered: it corrects what events did not tell."""
        for name, answer in census.answers.items():
            worker = self._workers.get(name) or SeenWorker(name=name, seen_at=now)
            worker = replace(worker, queues=answer.queues, slots=answer.slots, seen_at=now, offline=False)
            self._workers[name] = worker
            self._queues.update(answer.queues)
            self._drop_unheard_ends(worker, {task.id for task in answer.running}, census.asked_at)
            for task in answer.running:
                if task.id not in self._ended:
                    self._hold_answered(task, worker, now)

    def _drop_unheard_ends(self, worker: SeenWorker, running: set[str], asked_at: float) -> None:
        # The end of a task may have gone unheard, for instance while the broker restarted.
        for task in [t for t in self._tasks.values() if t.worker == worker.name and t.id not in running]:
            began_before = task.started_at is not None and task.started_at < asked_at
            if began_before and task.lost_at is None and task.pid in {None, worker.pid}:
                del self._tasks[task.id]

    def _hold_answered(self, task: SeenTask, worker: SeenWorker, now: float) -> None:
        known = self._tasks.get(task.id) or self._sent.pop(task.id, task)
        self._hold(
            replace(
                known,
                queue=known.queue or task.queue,
                worker=worker.name,
                pid=worker.pid,
                lost_at=None,
                started_at=known.started_at or task.started_at or now,
            )
        )

    def forget(self, now: float) -> None:
        """Drop what ended, was sent or went silent too long ago to matter."""
        before = now - self._forget_after_s
        for name in [w.name for w in self._workers.values() if w.seen_at < before]:
            del self._workers[name]
            self._telling.discard(name)
            self._begun.pop(name, None)
        for task in [
            t for t in self._tasks.values() if t.worker not in self._workers or (t.lost_at or now) < before
        ]:
            del self._tasks[task.id]
        while self._ended and next(iter(self._ended.values())).at < before:
            self._ended.popitem(last=False)
        while self._sent and (next(iter(self._sent.values())).sent_at or 0.0) < before:
            self._sent.popitem(last=False)

    def sighting(self, now: float, *, next_by: float, listening_since: float | None) -> Sighting:
        """Return what is known as a value."""
        oldest = ((t.id, t.sent_at) for t in islice(self._sent.values(), TELL_SENT))
        return Sighting(
            collected_at=now,
            next_by=next_by,
            listening_since=listening_since,
            events=self._events,
            evicted=self._evicted,
            workers=tuple(self._workers.values()),
            tasks=tuple(self._tasks.values()),
            ended=tuple(self._ended.values()),
            sent={id_: at for id_, at in oldest if at is not None},
            queues=tuple(sorted(self._queues)),
            runtimes={queue: sum(times) / len(times) for queue, times in self._runtimes.items()},
        )

    def _on_sent(self, event: Event, now: float) -> None:
        task_id, queue = text(event, "uuid"), text(event, "queue")
        if queue:
            self._queues.add(queue)
        # Another process tells of the sending: the worker may have been faster.
        if known := self._tasks.get(task_id):
            self._tasks[task_id] = replace(known, queue=known.queue or queue, sent_at=known.sent_at or now)
        elif task_id and task_id not in self._ended:
            self._sent[task_id] = SeenTask(
                id=task_id,
                name=text(event, "name"),
                queue=queue,
                args_summary=summary(event),
                sent_at=now,
                eta=text(event, "eta") or None,
            )
            self._bound(self._sent)

    def _on_received(self, event: Event, now: float) -> None:
        task_id = text(event, "uuid")
        if not task_id:
            return
        known = self._tasks.get(task_id) or self._sent.pop(task_id, None) or SeenTask(id=task_id)
        # Received anew (delivered again, or retried): what an earlier worker did no longer counts.
        self._ended.pop(task_id, None)
        self._hold(
            replace(
                known,
                name=text(event, "name") or known.name,
                args_summary=summary(event) or known.args_summary,
                worker=text(event, "hostname"),
                pid=whole(event, "pid"),
                queue=known.queue or self._only_queue(text(event, "hostname")),
                lost_at=None,
                received_at=now,
                started_at=None,
                eta=text(event, "eta") or None,
            )
        )

    def _on_started(self, event: Event, now: float) -> None:
        task_id = text(event, "uuid")
        if not task_id or task_id in self._ended:
            return
        known = self._tasks.get(task_id) or self._sent.pop(task_id, None) or SeenTask(id=task_id)
        worker = text(event, "hostname")
        queue = known.queue or self._only_queue(worker)
        self._hold(
            replace(known, queue=queue, worker=worker, pid=whole(event, "pid"), lost_at=None, started_at=now)
        )

    def _on_ended(self, event: Event, now: float) -> None:
        task_id = text(event, "uuid")
        if not task_id:
            return
        known = self._tasks.pop(task_id, None) or self._sent.pop(task_id, None)
        if known and known.queue and known.started_at is not None:
            self._runtimes.setdefault(known.queue, deque(maxlen=KEEP_RUNTIMES)).append(now - known.started_at)
        self._ended[task_id] = SeenEnd(id=task_id, outcome=OUTCOMES[text(event, "type")], at=now)
        self._ended.move_to_end(task_id)
        if len(self._ended) > KEEP_ENDED:
            self._ended.popitem(last=False)

    def _on_worker(self, event: Event, now: float) -> None:
        name, pid = text(event, "hostname"), whole(event, "pid")
        if not name:
            return
        known = self._workers.get(name)
        if known is None or known.pid != pid:
            # A new process of the same name: it has not told yet what it listens to.
            known = SeenWorker(name=name, seen_at=now, pid=pid)
            self._telling.discard(name)
            self._begun.pop(name, None)
            self._lose(name, pid, now)
        freq = event.get("freq")
        begun = whole(event, "processed") or 0
        first = self._begun.setdefault(name, begun)
        self._workers[name] = replace(
            known,
            seen_at=now,
            offline=event["type"] == "worker-offline",
            every_s=float(freq) if isinstance(freq, (int, float)) and freq > 0 else known.every_s,
            active=whole(event, "active") or 0,
            untold_tasks=0 if name in self._telling else max(0, begun - first),
        )

    def _lose(self, worker: str, pid: int | None, now: float) -> None:
        for task in self._tasks.values():
            if task.worker == worker and task.lost_at is None and task.pid not in {None, pid}:
                self._tasks[task.id] = replace(task, lost_at=now)

    def _only_queue(self, worker: str) -> str:
        # Workers don't tell which queue a task came from; with one queue there is no doubt.
        known = self._workers.get(worker)
        return known.queues[0] if known and known.queues and len(known.queues) == 1 else ""

    def _hold(self, task: SeenTask) -> None:
        self._tasks[task.id] = task
        self._bound(self._tasks)

    def _bound(self, tasks: OrderedDict[str, SeenTask]) -> None:
        while len(tasks) > self._max_tasks:
            tasks.popitem(last=False)
            self._evicted += 1
