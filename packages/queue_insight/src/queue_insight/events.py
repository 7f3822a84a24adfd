"""Builds the collector's state from Celery's events and inspections. Pure, with bounded memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from queue_insight.collector_state import CollectorHeader, Part, Task, encode, encode_header
from queue_insight.event import FAILED, OUTCOMES, SUCCEEDED, TASK_EVENTS, WORKER_EVENTS
from queue_insight.event_order import EventTime
from queue_insight.fields import MAX_NAME, date, summary
from queue_insight.observed_rates import ARRIVALS_WINDOW_S, Arrivals
from queue_insight.observed_tasks import UNOBSERVED, ObservedTasks
from queue_insight.observed_workers import ObservedWorkers
from queue_insight.sent_tasks import KEPT_S
from queue_insight.stores.base import Changes
from queue_insight.task_tally import tally
from queue_insight.tracebacks import origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from queue_insight.calibration import Forecast
    from queue_insight.collector_state import CollectorState
    from queue_insight.event import Event, Events
    from queue_insight.failure_groups import FailureGroups
    from queue_insight.inspection import Inspection
    from queue_insight.observed_drains import ObservedDrains
    from queue_insight.recorded_history import HistoryRecorder
    from queue_insight.task_tally import Tally

#: Outcomes by the final state in Celery's result backend.
RESULTS: Final = {"SUCCESS": SUCCEEDED, "FAILURE": FAILED, "REVOKED": "revoked"}
MAX_QUEUES: Final = 1000


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
        #: By queue, what arrives; None until a sender's event names it.
        self._queues: dict[str, Arrivals | None] = {}
        #: When workers first said that these tasks were revoked.
        self._revoked: dict[str, float] = {}
        #: When the current connection to the broker began; None while disconnected.
        self.connected_since: float | None = None
        #: Whether to count what waits by the senders' events, for a broker that shows no messages.
        self.counts_waiting = False
        #: Messages that were dropped because they arrived faster than they were decoded.
        self.dropped = 0
        #: How often the connection was lost.
        self.reconnects = 0
        #: Whether an event arrived since changes were last taken that is more than a heartbeat.
        self.has_news = False
        self._events = 0
        self._malformed = 0
        #: The records of these parts as they were last taken.
        self._taken: dict[Part, Mapping[str, object]] = {}

    def apply(self, received: Events, now: float) -> None:
        """Apply the events of one message. One of unknown type is only counted."""
        incomplete = 0
        for event in received.events:
            if not self._apply(event, now):
                incomplete += 1
        self._malformed += max(received.malformed, incomplete)
        self._events += max(len(received.events), received.malformed)

    def _apply(self, event: Event, now: float) -> bool:
        # Returns whether it has what an event of its type needs.
        kind = event.type
        if kind != "worker-heartbeat":
            self.has_news = True
        if kind in TASK_EVENTS:
            return self._on_task(event, now)
        if kind == "task-sent":
            return self._on_sent(event, now)
        if kind in WORKER_EVENTS:
            return self._on_worker(event, now)
        return bool(kind)

    def restore(self, state: CollectorState) -> None:
        """Start from the state that an earlier collector saved."""
        self._workers.restore(state.workers)
        self._workers.former = state.former_workers
        self._tasks.restore(state)
        self.add_queues(state.queues)

    def add_queues(self, names: Iterable[str]) -> None:
        """Add the names of queues, up to the maximum."""
        for name in names:
            if len(self._queues) < MAX_QUEUES:
                self._queues.setdefault(name, None)

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
            for task in reply.running:
                task.started_at = task.started_at or now
            self._tasks.reported(
                (*reply.reserved, *reply.running),
                name,
                worker.pid,
                requested_at=inspection.requested_at,
                now=now,
                unlisted=reply.rate_limits,
                only_queue=self._workers.only_queue(name),
            )
        if inspection.replies:
            self._revoked = {each: self._revoked.get(each, now) for each in inspection.revoked}
        for task_id, state in inspection.results.items():
            self._tasks.settle(task_id, RESULTS.get(state, UNOBSERVED), now)

    @property
    def history(self) -> HistoryRecorder:
        """What happened in each minute, hour and day."""
        return self._tasks.history

    @property
    def drains(self) -> ObservedDrains:
        """How well drain estimates came true."""
        return self._tasks.drains

    def take_forecasts(self, forecasts: Collection[Forecast], now: float) -> None:
        """Take in how many tasks wait, and what readers get of when queues will be empty."""
        reserved: Counter[str] = Counter()
        for counts in tally(self._tasks.at_workers().values(), now).counts.values():
            reserved.update({queue: each.reserved for queue, each in counts.items()})
        self.drains.take(forecasts, reserved)
        at = min((each.at for each in forecasts), default=now)
        self._tasks.waiting.trim({each.queue: each.depth for each in forecasts}, at)

    @property
    def failures(self) -> FailureGroups:
        """What failed, in groups."""
        return self._tasks.failures

    def unproven(self) -> list[str]:
        """Return the ids of tasks whose worker ended while it is not known whether they finished."""
        return self._tasks.unproven()

    def maintain(self, now: float) -> None:
        """Find the tasks of workers that ended, and drop what is older than the retention time."""
        for worker in self._workers.ended(now, self.connected_since):
            if worker not in self._ended:
                self._end_tasks(worker, now)
        before = now - self._retention_s
        self._workers.fold(now, self.connected_since)
        self._workers.expire(before)
        self._ended = {name for name in self._ended if self._workers.knows(name)}
        self._tasks.expire(before, knows_worker=self._workers.knows)
        self._tasks.waiting.expire(now - KEPT_S)
        self.failures.expire(now)
        if self.connected_since is None:
            self.drains.interrupt()
        self.drains.maintain(now)

    def take_changes(
        self,
        now: float,
        *,
        next_by: float,
        replace: bool = False,
        at_once: bool = False,
        tasks_only: bool = False,
    ) -> Changes:
        """Return what has changed since the last call; with `replace` everything, to write it anew.

        History and failures are written every few seconds, or `at_once` by a collector that stops.
        `tasks_only` leaves out what follows from many tasks, such as run times, for a write between others.
        """
        self.has_news = False
        found = tally(self._tasks.at_workers().values(), now)
        self._workers.set_counts(found.counts)
        known: dict[Part, Mapping[str, object]] = {
            Part.TASKS: self._tasks.at_workers(),
            Part.AT_WORKERS: found.at_workers,
            Part.WORKERS: self._workers.all(),
            Part.FINISHED: self._tasks.finished.latest(),
            Part.SENT: self._tasks.waiting.send_times(),
        }
        if not tasks_only:
            known |= {
                Part.QUEUES: self._arrivals(now),
                Part.RUN_TIMES: self._tasks.run_times.all(),
                Part.REVOKED: self._revoked,
                Part.WAITING: self._tasks.waiting.by_queue(now) if self.counts_waiting else {},
                Part.RECENT: self._tasks.history.recent(),
            }
        changed = {
            Part.TASKS: self._tasks.take_changed(),
            Part.WORKERS: self._workers.take_changed(),
            Part.FINISHED: self._tasks.finished.take_changed(),
        }
        changed |= {part: self._differing(part, known[part]) for part in known.keys() - changed.keys()}
        kept: dict[Part, dict[str, bytes | None]] = {}
        if not tasks_only:
            kept |= self._tasks.history.take_changed(now, again=replace, at_once=at_once)
            kept[Part.SCORES] = self.drains.take_changed(again=replace)
            kept[Part.FAILURES] = self.failures.take_changed(now, again=replace, at_once=at_once)
        return Changes(
            header=encode_header(self._header(now, next_by, found)),
            records={
                part: {
                    key: encode(records[key]) if key in records else None
                    for key in (records if replace else changed[part])
                }
                for part, records in known.items()
            }
            | kept,
            replace=replace,
        )

    def forget_changes(self) -> None:
        """Count everything so far as taken, for a collector that writes nothing or everything anew."""
        for changed in (self._tasks, self._workers, self._tasks.finished):
            changed.take_changed()

    def _arrivals(self, now: float) -> dict[str, dict[str, float] | None]:
        # Not known before the collector has listened for as long as it counts.
        listened = self.connected_since is not None and now - self.connected_since >= ARRIVALS_WINDOW_S
        return {
            name: None if arrivals is None or not listened else arrivals.per_s(now)
            for name, arrivals in self._queues.items()
        }

    def _differing(self, part: Part, records: Mapping[str, object]) -> set[str]:
        before = self._taken.get(part, {})
        self._taken[part] = records
        same = {key for key, record in records.items() if key in before and before[key] == record}
        return (before.keys() | records.keys()) - same

    def _header(self, now: float, next_by: float, found: Tally) -> CollectorHeader:
        return CollectorHeader(
            collected_at=now,
            next_by=next_by,
            connected_since=self.connected_since,
            events=self._events,
            malformed=self._malformed,
            evicted=self._tasks.evicted,
            sent_left_out=self._tasks.waiting.left_out,
            dropped=self.dropped,
            reconnects=self.reconnects,
            former_workers=self._workers.former,
            longest=found.longest,
            ended=found.last_ended,
            ended_tasks=found.ended,
            lost_tasks=found.lost,
            evicted_series=self._tasks.history.evicted,
            evicted_failures=self.failures.evicted,
        )

    def _on_sent(self, event: Event, now: float) -> bool:
        if event.queue:
            self.add_queues((event.queue,))
            self._on_arrival(event.queue, event.name or "", now)
        if not event.uuid:
            return False
        self._tasks.sent(_described(event, event.uuid, event.queue or "", sent_at=now))
        return _has_valid_dates(event)

    def _on_arrival(self, queue: str, name: str, now: float) -> None:
        if queue in self._queues:
            arrivals = self._queues[queue] or Arrivals()
            arrivals.add(name, now)
            self._queues[queue] = arrivals
            self._tasks.history.sent(queue, name, now)
            self.drains.sent(queue)

    def _on_task(self, event: Event, now: float) -> bool:
        task_id, worker = event.uuid, event.hostname
        if not task_id or not worker:
            return False
        at = self._observe(worker, event, now)
        moment = EventTime(worker, event.pid, event.clock, at)
        if event.type in OUTCOMES:
            outcome = OUTCOMES[event.type]
            error = summary(event.exception)[:MAX_NAME] if event.exception else ""
            place = origin(event.exception or "", event.traceback or "") if outcome == FAILED else None
            self._tasks.finish(task_id, outcome, moment, now, error=error, origin=place)
            return True
        task = _described(event, task_id, self._workers.only_queue(worker))
        if event.type == "task-received":
            self._tasks.received(task, moment)
        else:
            self._tasks.started(task, moment)
        return _has_valid_dates(event)

    def _on_worker(self, event: Event, now: float) -> bool:
        if not event.hostname:
            return False
        self._observe(event.hostname, event, now)
        self._workers.observe_heartbeat(event.hostname, event)
        return True

    def _observe(self, worker: str, event: Event, now: float) -> float:
        replaces = self._workers.is_replaced_by(worker, event.pid)
        if replaces:
            self._end_tasks(worker, now, new_pid=event.pid)
        at = self._workers.observe_event(worker, event, now, replaces=replaces)
        if worker in self._ended and not self._workers.is_offline(worker):
            # It was only silent, for instance because its host was suspended.
            self._ended.discard(worker)
            self._tasks.resume(worker, event.pid)
        return at

    def _end_tasks(self, worker: str, now: float, *, new_pid: int | None = None) -> None:
        self._ended.add(worker)
        complete = self._workers.reports_completely(worker)
        self._tasks.end(worker, now, proven_since=self.connected_since if complete else None, new_pid=new_pid)


def _described(event: Event, task_id: str, queue: str, sent_at: float | None = None) -> Task:
    return Task(
        id=task_id,
        name=event.name or "",
        queue=queue,
        args_summary=summary(event.args, event.kwargs) if event.args or event.kwargs else "",
        sent_at=sent_at,
        eta=date(event.eta) if event.eta else None,
        expires=date(event.expires) if event.expires else None,
        retries=event.retries or 0,
    )


def _has_valid_dates(event: Event) -> bool:
    return all(not text or date(text) is not None for text in (event.eta, event.expires))
