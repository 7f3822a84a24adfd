"""The workers as their events and their replies describe them. Pure, with bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from queue_insight.collector_state import ObservedWorker
from queue_insight.fields import HEARTBEAT_INTERVAL
from queue_insight.worker_clock import WorkerClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from queue_insight.fields import Fields
    from queue_insight.inspection import WorkerReply

MAX_WORKERS: Final = 1000


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
        self._workers: dict[str, ObservedWorker] = {}
        self._clocks: dict[str, WorkerClock] = {}
        self._starts: dict[str, _Starts] = {}

    def restore(self, workers: Iterable[ObservedWorker]) -> None:
        """Start from the workers that an earlier collector saved."""
        # What they count begins anew, since nobody listened in between.
        self._workers = {each.name: replace(each, starts=0, missed_starts=0) for each in workers}

    def all(self) -> tuple[ObservedWorker, ...]:
        """Return all workers."""
        return tuple(self._workers.values())

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
        return known is not None and None not in {known.pid, pid} and known.pid != pid

    def reports_completely(self, name: str) -> bool:
        """Return whether every event of the worker's tasks arrived, as far as its heartbeats tell.

        A worker that shuts down finishes its running tasks after its last event, so nothing is known of them.
        """
        worker = self._workers.get(name)
        return worker is not None and worker.sends_events and not worker.missed_starts and not worker.offline

    def observe_event(
        self, name: str, pid: int | None, sent_at: float | None, now: float, *, of_task: str = ""
    ) -> float:
        """Take in one event; return when it was sent, by the collector's clock.

        `sent_at` is by the worker's clock; `of_task` is the type of a task's event.
        """
        known = self._workers.get(name)
        if known is None or self.is_replaced_by(name, pid):
            # A new process under the same name has not reported its queues yet.
            known = ObservedWorker(name=name, last_seen_at=now, pid=pid)
            self._starts.pop(name, None)
            self._clocks.pop(name, None)
        at, offset_s = now, known.clock_offset_s
        if sent_at is not None:
            clock = self._clocks.setdefault(name, WorkerClock())
            at = clock.observe(sent_at, now)
            offset_s = clock.offset_s
        if of_task == "task-started" and name in self._starts:
            self._starts[name].events += 1
        self._workers[name] = replace(
            known,
            pid=known.pid if pid is None else pid,
            last_seen_at=now,
            clock_offset_s=offset_s,
            sends_events=known.sends_events or bool(of_task),
        )
        if len(self._workers) > MAX_WORKERS:
            self._drop(min(self._workers.values(), key=lambda worker: worker.last_seen_at).name)
        return at

    def observe_heartbeat(self, name: str, fields: Fields, *, offline: bool) -> None:
        """Take in what a heartbeat says; `observe_event` comes first."""
        known = self._workers[name]
        interval_s = fields.number("freq", least=HEARTBEAT_INTERVAL[0], most=HEARTBEAT_INTERVAL[1])
        starts, missed = self._count_starts(name, fields.count("processed"))
        self._workers[name] = replace(
            known,
            offline=offline,
            heartbeat_interval_s=known.heartbeat_interval_s if interval_s is None else interval_s,
            active=fields.count("active") or 0,
            starts=starts,
            missed_starts=missed,
        )

    def _count_starts(self, name: str, processed: int | None) -> tuple[int, int]:
        if processed is None:
            known = self._workers[name]
            return known.starts, known.missed_starts
        counted = self._starts.setdefault(name, _Starts(first=processed, last=processed))
        # Compare with the heartbeat before: events of the last tasks may still be on their way.
        starts = max(0, counted.last - counted.first)
        counted.last = processed
        return starts, max(0, starts - counted.events)

    def replied(self, name: str, reply: WorkerReply, now: float) -> ObservedWorker:
        """Take in a worker's reply and return the worker."""
        known = self._workers.get(name) or ObservedWorker(name=name, last_seen_at=now)
        worker = replace(known, queues=reply.queues, slots=reply.slots, last_seen_at=now, offline=False)
        self._workers[name] = worker
        return worker

    def alive_count(self, now: float, connected_since: float | None) -> int:
        """Return the number of workers that have not ended."""
        ended = set(self.ended(now, connected_since))
        return sum(name not in ended for name in self._workers)

    def ended(self, now: float, connected_since: float | None) -> Iterator[str]:
        """Yield the names of the workers that shut down, or were silent beyond their grace."""
        for worker in self._workers.values():
            allowed_s = worker.heartbeat_interval_s * (1 + self._grace_heartbeats)
            # Silence counts only while the collector was connected.
            silent = (
                connected_since is not None and now - max(worker.last_seen_at, connected_since) > allowed_s
            )
            if worker.offline or silent:
                yield worker.name

    def expire(self, before: float) -> None:
        """Drop the workers that were last seen before this time."""
        for name in [w.name for w in self._workers.values() if w.last_seen_at < before]:
            self._drop(name)

    def _drop(self, name: str) -> None:
        del self._workers[name]
        self._starts.pop(name, None)
        self._clocks.pop(name, None)
