"""Counts the tasks of all workers in one pass: thousands are counted with each save. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import chain
from typing import TYPE_CHECKING, Final

from queue_insight.collector_state import TaskCounts, TasksAtWorker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from queue_insight.collector_state import Task

#: Tasks that an overview names: those that have run longest, and those that ended with their worker last.
MAX_LONGEST: Final = 20
MAX_ENDED: Final = 100
#: Tasks of one worker that the list of workers names.
MAX_AT_WORKER: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the workers have."""

    #: By worker and queue, how many tasks it has.
    counts: Mapping[str, dict[str, TaskCounts]]
    #: By worker, which of its tasks have run longest, or were left when it ended.
    at_workers: Mapping[str, TasksAtWorker]
    #: Ids of the tasks that have run longest.
    longest: tuple[str, ...]
    #: Ids of the tasks that ended with their worker last.
    last_ended: tuple[str, ...]
    #: How many ended with their worker, and how many of these certainly did not finish.
    ended: int
    lost: int


def tally(tasks: Iterable[Task], now: float) -> Tally:
    """Return what the workers have. `now` is in epoch seconds, by the clock of the tasks."""
    running: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    reserved: dict[tuple[str, str], list[Task]] = defaultdict(list)
    ended: list[Task] = []
    for task in tasks:
        if task.ended_at is not None:
            ended.append(task)
        elif task.started_at is not None:
            running[task.worker, task.queue].append((task.started_at, task.id))
        else:
            reserved[task.worker, task.queue].append(task)
    # Nearly in order already, as tasks are kept in the order in which they were received.
    first = {place: sorted(began)[:MAX_LONGEST] for place, began in running.items()}
    return Tally(
        counts=_counts(reserved, running, now),
        at_workers=_at_workers(first, ended),
        longest=_ids(nsmallest(MAX_LONGEST, chain.from_iterable(first.values()))),
        last_ended=_ids(nlargest(MAX_ENDED, ((task.ended_at or 0.0, task.id) for task in ended))),
        ended=len(ended),
        lost=sum(task.proven for task in ended),
    )


def _counts(
    reserved: Mapping[tuple[str, str], list[Task]],
    running: Mapping[tuple[str, str], list[tuple[float, str]]],
    now: float,
) -> dict[str, dict[str, TaskCounts]]:
    counts: dict[str, dict[str, TaskCounts]] = defaultdict(dict)
    for worker, queue in reserved.keys() | running.keys():
        waiting = reserved.get((worker, queue), ())
        counts[worker][queue] = TaskCounts(
            reserved=len(waiting),
            running=len(running.get((worker, queue), ())),
            delayed=sum(task.eta is not None and task.eta > now for task in waiting),
        )
    return counts


def _at_workers(
    first: Mapping[tuple[str, str], list[tuple[float, str]]], ended: Iterable[Task]
) -> dict[str, TasksAtWorker]:
    began: dict[str, list[tuple[float, str]]] = defaultdict(list)
    left: dict[str, int] = defaultdict(int)
    for (worker, _), tasks in first.items():
        began[worker] += tasks
    for task in ended:
        began[task.worker].append((task.started_at or task.observed_at, task.id))
        left[task.worker] += 1
    return {
        worker: TasksAtWorker(longest=_ids(nsmallest(MAX_AT_WORKER, tasks)), ended=left.get(worker, 0))
        for worker, tasks in began.items()
        if worker
    }


def _ids(tasks: Iterable[tuple[float, str]]) -> tuple[str, ...]:
    return tuple(task_id for _, task_id in tasks)
