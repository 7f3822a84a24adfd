"""Says in one sentence what an operator should know first. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from queue_insight.diagnose import is_stray, redelivered_by
from queue_insight.drain import DrainState, in_words
from queue_insight.names import shown
from queue_insight.page.clock import duration
from queue_insight.reasons import count
from queue_insight.snapshot import TaskState, WorkerState
from queue_insight.worker_states import ENDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from queue_insight.failures import FailureGroup
    from queue_insight.page.clock import Clock
    from queue_insight.snapshot import Pause, QueueState, Snapshot, TaskInfo

#: Maximum number of queues that the sentence names; it counts the others.
MAX_NAMED: Final = 3
#: A task that failed so recently is one that fails.
FAILING_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of the sentence."""

    text: str
    #: Whether somebody should do something about it.
    is_trouble: bool = False


def headline(snapshot: Snapshot, clock: Clock, failures: Sequence[FailureGroup] = ()) -> tuple[Clause, ...]:
    """Return the sentence, the worst first; `failures` are those that are known, the last one first."""
    first, *others = (
        *_unobserved(snapshot, clock),
        *_paused(snapshot.paused, clock),
        *_without_worker(snapshot, clock),
        *_lost(snapshot, clock),
        *_failing(snapshot, clock, failures),
        *_growing(snapshot),
        *_waiting(snapshot),
        *_running(snapshot),
    )
    return (replace(first, text=first.text[0].upper() + first.text[1:]), *others)


def sentence(clauses: Sequence[Clause]) -> str:
    """Return the parts as one sentence."""
    return f"{'; '.join(clause.text for clause in clauses)}."


def has_no_worker(queue: QueueState, snapshot: Snapshot) -> bool:
    """Return whether certainly no worker consumes the queue: an outdated collector state proves nothing."""
    return snapshot.fresh and queue.workers == ()


def _unobserved(snapshot: Snapshot, clock: Clock) -> Iterator[Clause]:
    if not snapshot.broker_read:
        yield Clause(text="what waits is not known, as the broker could not be read", is_trouble=True)
    if snapshot.collected_at is None:
        yield Clause(
            text="workers and running tasks are not known, as no collector has reported", is_trouble=True
        )
    elif not snapshot.fresh:
        at = clock.second(snapshot.collected_at)
        yield Clause(
            text=f"workers and running tasks are as of {at}, as the collector is silent or disconnected",
            is_trouble=True,
        )


def _paused(paused: Mapping[str, Pause], clock: Clock) -> Iterator[Clause]:
    for name in sorted(paused)[:MAX_NAMED]:
        by, since = shown(paused[name].by), clock.minute(paused[name].since)
        yield Clause(text=f"'{shown(name)}' is paused by {by} since {since}", is_trouble=True)
    more = len(paused) - MAX_NAMED
    if more > 0:
        yield Clause(text=f"{count(more, 'more queue')} paused", is_trouble=True)


def _without_worker(snapshot: Snapshot, clock: Clock) -> Iterator[Clause]:
    queues = [
        queue
        for queue in snapshot.queues
        if queue.depth and has_no_worker(queue, snapshot) and queue.name not in snapshot.paused
    ]
    queues.sort(key=lambda queue: (-(queue.depth or 0), queue.name))
    for queue in queues[:MAX_NAMED]:
        ends = [
            worker.last_seen_at
            for worker in snapshot.workers
            if worker.state in ENDED and queue.name in (worker.queues or ())
        ]
        since = f" since {clock.minute(max(ends))}" if ends else ""
        yield Clause(text=f"'{shown(queue.name)}' has no worker{since}", is_trouble=True)
    more = len(queues) - MAX_NAMED
    if more > 0:
        verb = "has" if more == 1 else "have"
        yield Clause(text=f"{count(more, 'more queue')} {verb} none", is_trouble=True)


def _lost(snapshot: Snapshot, clock: Clock) -> Iterator[Clause]:
    gone = sum(worker.state is WorkerState.GONE for worker in snapshot.workers)
    if gone:
        yield Clause(text=f"{count(gone, 'worker')} lost", is_trouble=True)
    late = sum(worker.state is WorkerState.LATE for worker in snapshot.workers)
    if late:
        yield Clause(text=f"{count(late, 'worker')} late", is_trouble=True)
    ended = [task for task in snapshot.running if task.state is not TaskState.RUNNING]
    for text in fates(ended, snapshot, clock):
        yield Clause(text=text, is_trouble=True)
    if stray := sum(is_stray(task, snapshot) for task in snapshot.queued):
        verb = "is" if stray == 1 else "are"
        yield Clause(text=f"{count(stray, 'delivered task')} {verb} at no known worker", is_trouble=True)
    if snapshot.ended_tasks > len(ended) and snapshot.asked_tasks is not None:
        more = count(snapshot.ended_tasks - len(ended), "more task")
        yield Clause(text=f"{more} ended with a worker and were not looked at", is_trouble=True)


def fates(ended: Sequence[TaskInfo], snapshot: Snapshot, clock: Clock) -> Iterator[str]:
    """Yield what becomes of tasks that ended with their worker."""
    lost = [task for task in ended if task.state is TaskState.LOST]
    by_fate = Counter(task.unacked for task in lost)
    if coming := [task for task in lost if task.unacked]:
        verb = "comes" if len(coming) == 1 else "come"
        yield f"{count(len(coming), 'task')} {verb} back {_redelivery(coming, snapshot, clock)}"
    if gone_for_good := by_fate[False]:
        verb = "is" if gone_for_good == 1 else "are"
        yield f"{count(gone_for_good, 'task')} {verb} lost for good"
    if unclear := by_fate[None]:
        yield f"{count(unclear, 'task')} lost, and whether the broker redelivers is not known"
    if unobserved := sum(task.state is TaskState.UNKNOWN for task in ended):
        yield f"whether {count(unobserved, 'task')} finished is not known"


def _redelivery(tasks: Sequence[TaskInfo], snapshot: Snapshot, clock: Clock) -> str:
    timeout_s = snapshot.visibility_timeout_s
    if timeout_s is None:
        return "when the broker notices that its worker is gone"
    times = [redelivered_by(task, snapshot) for task in tasks]
    known = [at for at in times if at is not None]
    if len(known) < len(times):
        return f"within {duration(timeout_s)} of {'its' if len(tasks) == 1 else 'their'} delivery"
    return f"by {clock.minute(max(known))}"


def _failing(snapshot: Snapshot, clock: Clock, failures: Sequence[FailureGroup]) -> Iterator[Clause]:
    recent = [each for each in failures if snapshot.at - each.last_at <= FAILING_FOR]
    if not recent:
        return
    last = recent[0]
    name = f"'{shown(last.name)}' fails" if last.name else "a task fails"
    exception = shown(last.exception.rpartition(".")[2]) or "an exception that is not known"
    others = f" ({count(len(recent) - 1, 'other group')} of failures, too)" if recent[1:] else ""
    text = f"{name} with {exception}{others}, the last time {clock.since(last.last_at)} ago"
    yield Clause(text=text, is_trouble=True)


def _growing(snapshot: Snapshot) -> Iterator[Clause]:
    if not snapshot.broker_read or not snapshot.fresh:
        return
    growing = [queue for queue in snapshot.queues if queue.drain.state is DrainState.DOES_NOT_DRAIN]
    growing.sort(key=lambda queue: (-(queue.depth or 0), queue.name))
    for queue in growing[:MAX_NAMED]:
        yield Clause(text=f"'{shown(queue.name)}' {in_words(queue.drain)}", is_trouble=True)
    if more := len(growing[MAX_NAMED:]):
        yield Clause(
            text=f"{count(more, 'more queue')} {'does' if more == 1 else 'do'} not drain", is_trouble=True
        )


def _waiting(snapshot: Snapshot) -> Iterator[Clause]:
    if not snapshot.broker_read:
        return
    waiting = [queue for queue in snapshot.queues if queue.depth]
    uncounted = sum(queue.depth is None for queue in snapshot.queues)
    if uncounted:
        yield Clause(text=f"what waits in {count(uncounted, 'queue')} is not known", is_trouble=True)
    if not waiting:
        if not uncounted:
            yield Clause(text="nothing waits")
        return
    tasks = sum(queue.depth or 0 for queue in waiting)
    ages = [queue.oldest_wait_s for queue in waiting if queue.oldest_wait_s is not None]
    oldest = f", the oldest for {duration(max(ages))}" if ages else ""
    verb = "waits" if tasks == 1 else "wait"
    yield Clause(text=f"{count(tasks, 'task')} {verb} in {count(len(waiting), 'queue')}{oldest}")


def _running(snapshot: Snapshot) -> Iterator[Clause]:
    if snapshot.fresh:
        ended = {worker.name for worker in snapshot.workers if worker.state in ENDED}
        running = sum(n for name, n in snapshot.running_by_worker().items() if name not in ended)
        verb = "run" if running > 1 else "runs"
        yield Clause(text=f"{count(running, 'task') if running else 'nothing'} {verb}")
