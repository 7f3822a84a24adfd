"""The workers as their events and their replies describe them. Pure, with bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import asdict

from queue_insight.collector_state import Worker
from queue_insight.worker_clock import WorkerClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from queue_insight.collector_state import ObservedWorker, TaskCounts
    from queue_insight.event import Event
    from queue_insight.inspection import WorkerReply

MAX_WORKERS: Final = 1000
#: Seconds after which a worker that ended is only counted; names of pods are never used again.
FOLD_AFTER_S: Final = 300.0


@dataclass(slots=True)
class _Starts:
    """How many tasks a worker started, by its heartbeats and by its events."""

    #: What its first and its last heartbeat said.
    first: int
    last: int
    events: int = 0


class ObservedWorkers:
    """All workers seen within the retention time. Times are epoch seconds by the collector's clock."""

    def __init__(self, grace_heartbeats: float) -> None:
        self._grace_heartbeats = grace_heartbeats
        self._workers: dict[str, Worker] = {}
        #: Names of workers whose record has changed since it was last taken.
        self._changed: set[str] = set()
        self._clocks: dict[str, WorkerClock] = {}
        #: Number of workers that were dropped to keep the list short.
        self.former = 0
        self._starts: dict[str, _Starts] = {}

    def restore(self, workers: Iterable[ObservedWorker]) -> None:
        """Start from the workers that an earlier collector saved."""
        # What they count begins anew, since nobody listened in between.
        self._workers = {
            each.name: Worker(**{**asdict(each), "starts": 0, "missed_starts": 0}) for each in workers
        }

    def all(self) -> Mapping[str, Worker]:
        """Return all workers by name."""
        return self._workers

    def set_counts(self, counts: Mapping[str, dict[str, TaskCounts]]) -> None:
        """Take in how many tasks each worker has, by its name and by queue."""
        for worker in self._workers.values():
            found = counts.get(worker.name, {})
            if worker.task_counts != found:
                worker.task_counts = found
                self._changed.add(worker.name)

    def take_changed(self) -> set[str]:
        """Return the names of the workers that changed since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def knows(self, name: str) -> bool:
        """Return whether this worker was seen within the retention time."""
        return name in self._workers

    def is_offline(self, name: str) -> bool:
        """Return whether the worker said that it shuts down."""
        return name in self._workers and self._workers[name].offline

    def without_queues(self) -> frozenset[str]:
        """Return the names of the workers whose queues are unknown."""
        return frozenset(w.name for w in self._workers.values() if w.queues is None and not w.offline)

    def only_queue(self, name: str) -> str:
        """Return the queue of a worker that consumes a single one, else an empty string."""
        # Events do not name the queue of a task; a worker with a single queue leaves no doubt.
        worker = self._workers.get(name)
        return worker.queues[0] if worker and worker.queues and len(worker.queues) == 1 else ""

    def is_replaced_by(self, name: str, pid: int | None) -> bool:
        """Return whether an event of this process says that another one used the name before."""
        known = self._workers.get(name)
        return known is not None and known.pid != pid and known.pid is not None and pid is not None

    def reports_completely(self, name: str) -> bool:
        """Return whether every event of the worker's tasks arrived, as far as its heartbeats tell.

        A worker that shuts down finishes its running tasks after its last event, so nothing is known of them.
        """
        worker = self._workers.get(name)
        return worker is not None and worker.sends_events and not worker.missed_starts and not worker.offline

    def observe_event(self, name: str, event: Event, now: float, *, replaces: bool = False) -> float:
        """Take in one event of this worker; return when it was sent, by the collector's clock.

        `replaces` says that it is of a new process under the same name.
        """
        worker = self._workers.get(name)
        if worker is None or replaces:
            # A new process under the same name has not reported its queues yet.
            worker = self._workers[name] = Worker(name=name, last_seen_at=now, pid=event.pid)
            self._starts.pop(name, None)
            self._clocks.pop(name, None)
            if len(self._workers) > MAX_WORKERS:
                self._drop(min(self._workers.values(), key=lambda each: each.last_seen_at).name)
                self.former += 1
        at = now
        if event.timestamp is not None:
            clock = self._clocks.get(name)
            if clock is None:
                clock = self._clocks[name] = WorkerClock()
            at = clock.observe(event.timestamp, now)
            worker.clock_offset_s = clock.offset_s
        if event.type.startswith("task-"):
            worker.sends_events = True
            if event.type == "task-started" and (starts := self._starts.get(name)):
                starts.events += 1
        if worker.pid is None:
            worker.pid = event.pid
        worker.last_seen_at = now
        self._changed.add(name)
        return at

    def observe_heartbeat(self, name: str, event: Event) -> None:
        """Take in what a worker says of itself; `observe_event` comes first."""
        worker = self._workers[name]
        if event.freq is not None:
            worker.heartbeat_interval_s = event.freq
        worker.offline = event.type == "worker-offline"
        worker.active = event.active or 0
        self._count_starts(worker, event.processed)

    def _count_starts(self, worker: Worker, processed: int | None) -> None:
        if processed is None:
            return
        counted = self._starts.setdefault(worker.name, _Starts(first=processed, last=processed))
        # Compare with the heartbeat before: events of the last tasks may still be on their way.
        worker.starts = max(0, counted.last - counted.first)
        worker.missed_starts = max(0, worker.starts - counted.events)
        counted.last = processed

    def replied(self, name: str, reply: WorkerReply, now: float) -> Worker:
        """Take in a worker's reply and return the worker."""
        worker = self._workers.setdefault(name, Worker(name=name, last_seen_at=now))
        worker.queues, worker.rate_limits = reply.queues, dict(reply.rate_limits)
        # What it did not say this time is as it was.
        if reply.slots is not None:
            worker.slots = reply.slots
        if reply.is_solo is not None:
            worker.is_solo = reply.is_solo
        worker.last_seen_at, worker.offline = now, False
        self._changed.add(name)
        return worker

    def alive_count(self, now: float, connected_since: float | None) -> int:
        """Return the number of workers that have not ended."""
        ended = set(self.ended(now, connected_since))
        return sum(name not in ended for name in self._workers)

    def ended(self, now: float, connected_since: float | None) -> Iterator[str]:
        """Yield the names of the workers that shut down, or were silent beyond their grace."""
        for worker in self._workers.values():
            allowed_s = worker.heartbeat_interval_s * (1 + self._grace_heartbeats)
            # Silence counts only while the collector was connected, and of a worker that sends at work.
            silent = (
                not worker.is_solo
                and connected_since is not None
                and now - max(worker.last_seen_at, connected_since) > allowed_s
            )
            if worker.offline or silent:
                yield worker.name

    def fold(self, now: float, connected_since: float | None) -> None:
        """Drop and count the workers that ended some time ago, but the last one of each unserved queue."""
        ended = set(self.ended(now, connected_since))
        served = {q for w in self._workers.values() if w.name not in ended for q in w.queues or ()}
        for name in sorted(ended, key=lambda name: self._workers[name].last_seen_at, reverse=True):
            worker = self._workers[name]
            queues = set(worker.queues or ())
            if now - worker.last_seen_at > FOLD_AFTER_S and queues <= served:
                self._drop(name)
                self.former += 1
            served |= queues

    def expire(self, before: float) -> None:
        """Drop the workers that were last seen before this time."""
        for name in [w.name for w in self._workers.values() if w.last_seen_at < before]:
            self._drop(name)

    def _drop(self, name: str) -> None:
        del self._workers[name]
        self._changed.add(name)
        self._starts.pop(name, None)
        self._clocks.pop(name, None)
