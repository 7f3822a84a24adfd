"""Combines the broker's state and the collector's state into one snapshot. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from queue_insight.calibration import calibrated
from queue_insight.collector_state import CollectorState, ObservedOutcome, ObservedTask
from queue_insight.drain import Estimate, Load
from queue_insight.handing_out import handed_out
from queue_insight.notes import SKEW_S, redelivered, sender_clock_ahead
from queue_insight.observed_rates import ARRIVALS_WINDOW_S
from queue_insight.snapshot import (
    DelayedTasks,
    FinishedTask,
    QueueState,
    SearchedQueue,
    SentNote,
    Snapshot,
    TaskInfo,
    TaskState,
    moment,
)
from queue_insight.worker_states import CONSUMING, ENDED, worker_info

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from queue_insight.brokers.base import BrokerState, Message, QueueBacklog, Search
    from queue_insight.collector_state import SentTask
    from queue_insight.reasons import Reason
    from queue_insight.snapshot import WorkerInfo
    from queue_insight.stored_state import StoredState


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The inputs of every part of the snapshot."""

    now: float
    broker: BrokerState
    collector: CollectorState
    workers: Mapping[str, WorkerInfo]
    #: Delivered and unacknowledged messages by task id.
    unacked: Mapping[str, Message]
    #: Ids of the waiting tasks that were read.
    waiting: frozenset[str]
    #: Whether every message in the broker was read.
    complete: bool
    #: The tasks that workers have, by queue.
    at_workers: Mapping[str, Sequence[ObservedTask]]
    #: By worker, the tasks that wait in the queues that it consumes.
    waiting_for: Mapping[str, int]


def compose(
    *,
    now: float,
    broker: BrokerState,
    stored: StoredState | None,
    grace_heartbeats: float,
    retention_s: float,
    asked_tasks: frozenset[str] | None = None,
    sent: Mapping[str, SentTask] | None = None,
    notes: tuple[Reason, ...] = (),
) -> Snapshot:
    """Return the snapshot.

    `asked_tasks` are the ids of the tasks that were looked for in the store; None: all. `sent` is what their
    senders noted.
    `now` is epoch seconds by the reader's clock. The state of workers depends on the collector's clock alone.
    """
    collector = stored.state if stored else CollectorState(collected_at=now, next_by=now)
    fresh = stored is not None and stored.is_fresh
    workers = {
        w.name: worker_info(w, collector, grace_heartbeats, retention_s=retention_s, fresh=fresh)
        for w in collector.workers
    }
    view = _view(now, broker, collector, workers)
    taken = tuple(_worker_tasks(view))
    counts = _counts(view)
    running = tuple(t for t in taken if t.state is not TaskState.RESERVED)
    queued = (*_waiting_tasks(taken, view), *_further_back(view))
    found = Snapshot(
        at=moment(now),
        queues=tuple(_queue(backlog, counts, view) for backlog in broker.backlogs),
        running=tuple(sorted(running, key=lambda t: (t.started_at is None, t.started_at))),
        queued=queued,
        workers=tuple(workers.values()),
        finished=tuple(_finished(each) for each in collector.finished),
        visibility_timeout_s=broker.visibility_timeout_s,
        unacked=broker.unacked,
        unacked_read=len(broker.unacked_head),
        unacked_age_s=broker.unacked_age_s,
        delayed_in_broker=None
        if broker.delayed is None
        else tuple(DelayedTasks(within_s=each.within_s, count=each.count) for each in broker.delayed),
        heads_read=broker.heads_read,
        run_times=collector.run_times,
        former_workers=collector.former_workers,
        ended_tasks=collector.ended_tasks,
        lost_tasks=collector.lost_tasks,
        asked_tasks=asked_tasks,
        sent={task_id: _sent_note(each, view) for task_id, each in (sent or {}).items()},
        searched={task_id: tuple(map(_searched_queue, found)) for task_id, found in broker.searches.items()},
        broker_read=broker.read,
        collected_at=moment(collector.collected_at) if stored else None,
        collected_age_s=stored.age_s if stored else None,
        next_by=moment(collector.next_by) if stored else None,
        fresh=fresh,
        notes=(
            *notes,
            *(redelivered(t) for t in running if t.state is TaskState.RUNNING and t.id in view.waiting),
            *sender_clock_ahead(_longest_ahead(view)),
        ),
    )
    return replace(found, queued=(*found.queued, *handed_out(found)))


def _view(
    now: float, broker: BrokerState, collector: CollectorState, workers: Mapping[str, WorkerInfo]
) -> _View:
    depths = {backlog.queue: backlog.depth for backlog in broker.backlogs}
    return _View(
        now=now,
        broker=broker,
        collector=collector,
        workers=workers,
        unacked={message.id: message for message in broker.unacked_head},
        waiting=frozenset(message.id for backlog in broker.backlogs for message in backlog.head),
        complete=broker.read
        and broker.unacked == len(broker.unacked_head)
        and broker.unacked_age_s is None
        and all(backlog.depth == len(backlog.head) for backlog in broker.backlogs),
        at_workers=_by_queue(task for task in collector.tasks if task.ended_at is None),
        waiting_for={
            worker.name: sum(depths.get(queue) or 0 for queue in worker.queues or ())
            for worker in workers.values()
        },
    )


def _by_queue(tasks: Iterable[ObservedTask]) -> Mapping[str, Sequence[ObservedTask]]:
    found: dict[str, list[ObservedTask]] = {}
    for task in tasks:
        found.setdefault(task.queue, []).append(task)
    return found


def _longest_ahead(view: _View) -> float:
    heads = [message for backlog in view.broker.backlogs for message in backlog.head]
    return max((message.sent_at - view.now for message in heads if message.sent_at is not None), default=0.0)


def _worker_tasks(view: _View) -> Iterator[TaskInfo]:
    for task in sorted(view.collector.tasks, key=lambda task: task.received_at or task.observed_at):
        info = _worker_task(task, view)
        # The task of an ended worker that waits again was redelivered: report it as waiting.
        if info.state not in {TaskState.LOST, TaskState.UNKNOWN} or info.id not in view.waiting:
            yield info


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """How many tasks live workers have."""

    by_state: Mapping[tuple[str, TaskState], int]
    #: By queue, those of them that are not due.
    delayed: Mapping[str, int]

    def of(self, queue: str, state: TaskState) -> int:
        return self.by_state.get((queue, state), 0)


def _counts(view: _View) -> _Counts:
    """Return how many tasks live workers have, by queue and state; without the tasks themselves."""
    counts: Counter[tuple[str, TaskState]] = Counter()
    delayed: Counter[str] = Counter()
    for worker in view.collector.workers:
        if view.workers[worker.name].state not in ENDED:
            for queue, tasks in worker.task_counts.items():
                counts[queue, TaskState.RESERVED] += tasks.reserved
                delayed[queue] += tasks.delayed
                counts[queue, TaskState.RUNNING] += tasks.running
    states = {
        task.id: (task.queue, _state(task, view.workers.get(task.worker))) for task in view.collector.tasks
    }
    for message in view.broker.unacked_head:
        queue, state = states.get(message.id, ("", TaskState.RESERVED))
        if not queue:  # no event named it, or none was received
            counts[message.queue, state] += 1
            delayed[message.queue] += message.eta is not None and message.eta > view.now
    return _Counts(by_state=counts, delayed=delayed)


def _finished(outcome: ObservedOutcome) -> FinishedTask:
    return FinishedTask(
        id=outcome.id,
        outcome=outcome.outcome,
        at=moment(outcome.at),
        worker=outcome.worker or None,
        error=outcome.error,
        name=outcome.name,
    )


def _sent_note(sent: SentTask, view: _View) -> SentNote:
    return SentNote(
        name=sent.name,
        queue=sent.queue,
        sent_at=moment(sent.sent_at),
        root_id=sent.root_id,
        causal_id=sent.causal_id,
        ahead=_ahead(sent, view),
    )


def _ahead(note: SentTask, view: _View) -> tuple[int, int] | None:
    """Return about how many tasks were sent to its queue before it and still wait, at least and at most."""
    waiting = view.collector.waiting.get(note.queue)
    depth = next((each.depth for each in view.broker.backlogs if each.queue == note.queue), None)
    if view.broker.heads_read or waiting is None or len(waiting.marks) < 2 or not depth:
        return None
    known = min(depth, waiting.count * waiting.one_in)
    parts = len(waiting.marks) - 1
    # The marks are by the collector's clock.
    before = max(0, bisect_right(waiting.marks, note.sent_at - SKEW_S) - 1)
    until = min(parts, bisect_left(waiting.marks, note.sent_at + SKEW_S))
    # Those of which nobody knows when they were sent may all be ahead of it, or behind.
    low, high = known * before // parts, known * until // parts + depth - known
    return min(low, depth - 1), min(high, depth - 1)


def _worker_task(task: ObservedTask, view: _View) -> TaskInfo:
    message = view.unacked.get(task.id)
    return task_at_worker(
        task,
        view.workers.get(task.worker),
        message,
        unacked=message is not None if view.complete or message else None,
        is_revoked=task.id in view.collector.revoked,
    )


def task_at_worker(
    task: ObservedTask,
    worker: WorkerInfo | None,
    message: Message | None = None,
    *,
    unacked: bool | None = None,
    is_revoked: bool = False,
) -> TaskInfo:
    """Return a task that this worker has, or had when it ended; `message` is what the broker has of it."""
    state = _state(task, worker)
    sent_at = task.sent_at if message is None or message.sent_at is None else message.sent_at
    # What a worker says of its tasks when it is asked names neither.
    expires = task.expires if task.expires is not None or message is None else message.expires
    retries = task.retries if task.retries or message is None else message.retries
    return TaskInfo(
        id=task.id,
        name=task.name,
        queue=task.queue or (message.queue if message else ""),
        state=state,
        revoked=state is TaskState.RESERVED and is_revoked,
        worker=task.worker or None,
        started_at=None if task.started_at is None else moment(task.started_at),
        sent_at=None if sent_at is None else moment(sent_at),
        eta=_moment(task.eta),
        expires=_moment(expires),
        retries=retries,
        delivered_at=None if message is None else _moment(message.delivered_at),
        args_summary=task.args_summary,
        unacked=unacked,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else moment(seconds)


def waiting_task(message: Message, position: int) -> TaskInfo:
    """Return the task of a message that waits at this position, by what the message says."""
    return TaskInfo(
        id=message.id,
        name=message.name,
        queue=message.queue,
        state=TaskState.QUEUED,
        sent_at=None if message.sent_at is None else moment(message.sent_at),
        eta=_moment(message.eta),
        expires=_moment(message.expires),
        retries=message.retries,
        delivered_at=_moment(message.delivered_at),
        args_summary=message.args_summary,
        position=position,
    )


def _state(task: ObservedTask, worker: WorkerInfo | None) -> TaskState:
    if task.ended_at is not None:
        return TaskState.LOST if task.proven else TaskState.UNKNOWN
    if worker is not None and worker.state in ENDED:
        return TaskState.UNKNOWN
    return TaskState.RESERVED if task.started_at is None else TaskState.RUNNING


def _waiting_tasks(taken: tuple[TaskInfo, ...], view: _View) -> Iterable[TaskInfo]:
    known = {task.id for task in taken}
    yield from (task for task in taken if task.state is TaskState.RESERVED)
    # Delivered, but no event was received: the worker sends none, or the collector was disconnected.
    for message in view.broker.unacked_head:
        if message.id not in known:
            yield _from_message(message, TaskState.RESERVED, None, view)
    for backlog in view.broker.backlogs:
        for position, message in enumerate(backlog.head):
            yield _from_message(message, TaskState.QUEUED, position, view)


def _further_back(view: _View) -> Iterator[TaskInfo]:
    for search in chain.from_iterable(view.broker.searches.values()):
        if search.message is not None:
            yield _from_message(search.message, TaskState.QUEUED, search.ahead, view)


def _searched_queue(search: Search) -> SearchedQueue:
    return SearchedQueue(name=search.queue, looked_at=search.looked_at, by_time=search.by_time)


def _from_message(message: Message, state: TaskState, position: int | None, view: _View) -> TaskInfo:
    sent_at = _sent_at(message, view)
    return TaskInfo(
        id=message.id,
        name=message.name,
        queue=message.queue,
        state=state,
        sent_at=None if sent_at is None else moment(sent_at),
        eta=_moment(message.eta),
        expires=_moment(message.expires),
        retries=message.retries,
        delivered_at=_moment(message.delivered_at),
        args_summary=message.args_summary,
        position=position,
        revoked=message.id in view.collector.revoked,
        unacked=state is TaskState.RESERVED,
    )


def _sent_at(message: Message, view: _View) -> float | None:
    return message.sent_at if message.sent_at is not None else view.collector.sent.get(message.id)


def _queue(backlog: QueueBacklog, counts: _Counts, view: _View) -> QueueState:
    known = [worker for worker in view.workers.values() if worker.queues is not None]
    consumers = [w for w in known if backlog.queue in (w.queues or ()) and w.state in CONSUMING]
    sent_at = _oldest(backlog, view)
    recent = view.collector.recent.get(backlog.queue)
    return QueueState(
        name=backlog.queue,
        depth=backlog.depth,
        running=counts.of(backlog.queue, TaskState.RUNNING),
        reserved=counts.of(backlog.queue, TaskState.RESERVED),
        delayed=counts.delayed.get(backlog.queue, 0),
        # A time in the future is by a clock that is ahead: how long it has waited is not known.
        oldest_wait_s=None if sent_at is None or sent_at > view.now else view.now - sent_at,
        estimate=None
        if backlog.depth is None
        else Estimate(
            partial(_load, backlog, counts, consumers, view),
            seed=f"{backlog.queue} {backlog.depth} {view.collector.collected_at}",
            calibrate=partial(calibrated, scores=view.collector.scores.get(backlog.queue, ())),
        ),
        workers=tuple(w.name for w in consumers) if known else None,
        unacked=backlog.unacked or sum(m.queue == backlog.queue for m in view.broker.unacked_head),
        consumers=backlog.consumers,
        kind=backlog.kind,
        names=_names(backlog, view),
        sent_by_minute=recent.sent if recent else (),
        finished_by_minute=recent.finished if recent else (),
    )


def _oldest(backlog: QueueBacklog, view: _View) -> float | None:
    if backlog.head:
        return _sent_at(backlog.head[0], view)
    sent = None if view.broker.heads_read else view.collector.waiting.get(backlog.queue)
    # Only if the events account for every task is the oldest among them.
    is_complete = sent is not None and sent.one_in == 1 and sent.count == backlog.depth
    return sent.oldest_at if sent is not None and is_complete else None


def _names(backlog: QueueBacklog, view: _View) -> Mapping[str, int]:
    if view.broker.heads_read:
        return Counter(message.name for message in backlog.head if message.name)
    sent = view.collector.waiting.get(backlog.queue)
    if sent is None or not backlog.depth:
        return {}
    # More than wait: workers have received some without an event, so these are shares.
    share = min(1.0, backlog.depth / sent.count)
    shares = {name: int(number * share) for name, number in sent.names.items() if name}
    return {name: number for name, number in shares.items() if number}


def _load(backlog: QueueBacklog, counts: _Counts, consumers: Sequence[WorkerInfo], view: _View) -> Load:
    queue = backlog.queue
    at_workers = view.at_workers.get(queue, ())
    names = Counter(_names(backlog, view)) + Counter(
        task.name for task in at_workers if task.started_at is None and task.name
    )
    running: list[tuple[str, float | None]] = [
        (task.name, max(0.0, view.collector.collected_at - task.started_at))
        for task in at_workers
        if task.started_at is not None
    ]
    # Of those that were not read only the number is known.
    running += [("", None)] * (counts.of(queue, TaskState.RUNNING) - len(running))
    return Load(
        depth=(backlog.depth or 0) + counts.of(queue, TaskState.RESERVED),
        names=names,
        run_times=view.collector.run_times,
        slots=sum(_slots(worker, backlog, view) for worker in consumers),
        running=running,
        arrivals=view.collector.queues.get(queue),
        window_s=ARRIVALS_WINDOW_S,
    )


def _slots(worker: WorkerInfo, backlog: QueueBacklog, view: _View) -> float:
    """Return how many of the worker's slots work for this queue: shared by how much waits in each."""
    total = view.waiting_for[worker.name]
    return (worker.slots or 1) * ((backlog.depth or 0) / total if total else 1.0)
