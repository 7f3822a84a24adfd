"""The tasks that were sent and that no worker has received, as senders' events say. Pure, in bounded memory.

If more wait than are kept, an even share of the longest queue is: one task in two, in four and so on, chosen
by its id. So what is known is a sample of all that wait in it, of the next to run as well as of the last.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final
from zlib import crc32

from queue_insight.collector_state import SentTasks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queue_insight.collector_state import Task

MAX_SENT_IN_STATE: Final = 200  # readers need only the heads of queues
#: Names that are told apart in one queue; the others are counted under an empty name.
MAX_NAMES: Final = 100
#: In so many equal parts a queue is divided, of which it is known when each was sent.
MARKS: Final = 20
#: How long a task is kept that nobody receives, in seconds.
KEPT_S: Final = 7 * 86_400.0
#: Tasks of a queue that may be on their way between its broker and a worker.
IN_TRANSIT: Final = 100


class SentTasksIndex:
    """Tasks by id, the first to be sent first. Times are by the collector's clock."""

    def __init__(self, max_tasks: int) -> None:
        self._max_tasks = max_tasks
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        #: By queue of which only a share is kept: one task in so many, and how many were left out.
        self._one_in: dict[str, int] = {}
        self._left_out: Counter[str] = Counter()

    @property
    def left_out(self) -> int:
        """How many tasks were left out of queues in which kept ones still wait."""
        return self._left_out.total()

    def add(self, task: Task) -> None:
        """Take in that a task was sent."""
        if self._is_kept(task):
            self._tasks[task.id] = task
        else:
            self._left_out[task.queue] += 1
        while len(self._tasks) > self._max_tasks:
            self._thin_out()

    def pop(self, task_id: str) -> Task | None:
        """Return the task, which waits no more, if it is known."""
        return self._tasks.pop(task_id, None)

    def send_times(self) -> dict[str, float]:
        """Return when the first ones were sent, by task id."""
        oldest = islice(self._tasks.values(), MAX_SENT_IN_STATE)
        return {task.id: task.sent_at for task in oldest if task.sent_at is not None}

    def by_queue(self, now: float) -> dict[str, SentTasks]:
        """Return what is due, by queue."""
        found: dict[str, list[Task]] = defaultdict(list)
        for task in self._tasks.values():
            if task.queue and (task.eta is None or task.eta <= now):
                found[task.queue].append(task)
        return {queue: _counted(tasks, self._one_in.get(queue, 1)) for queue, tasks in found.items()}

    def trim(self, depths: Mapping[str, int], at: float) -> None:
        """Take in how many tasks waited in queues then: of more that were sent, the first are gone.

        Workers without events received them, or the queue was purged.
        """
        due: dict[str, list[str]] = defaultdict(list)
        for task in self._tasks.values():
            if task.queue in depths and max(task.sent_at or 0.0, task.eta or 0.0) <= at:
                due[task.queue].append(task.id)
        for queue, ids in due.items():
            gone = len(ids) - (depths[queue] + IN_TRANSIT) // self._one_in.get(queue, 1)
            for task_id in ids[: max(0, gone)]:
                del self._tasks[task_id]

    def expire(self, before: float) -> None:
        """Drop what was sent before this time."""
        while self._tasks and (next(iter(self._tasks.values())).sent_at or 0.0) < before:
            self._tasks.popitem(last=False)
        if self._one_in:
            queues = {task.queue for task in self._tasks.values()}
            for queue in self._one_in.keys() - queues:
                del self._one_in[queue]
                del self._left_out[queue]

    def _is_kept(self, task: Task) -> bool:
        one_in = self._one_in.get(task.queue, 1)
        return one_in == 1 or crc32(task.id.encode("utf-8", "replace")) % one_in == 0

    def _thin_out(self) -> None:
        ((queue, _),) = Counter(task.queue for task in self._tasks.values()).most_common(1)
        self._one_in[queue] = 2 * self._one_in.get(queue, 1)
        left_out = [
            task.id for task in self._tasks.values() if task.queue == queue and not self._is_kept(task)
        ]
        # Ids may be made so that all are kept.
        for task_id in left_out or [next(iter(self._tasks))]:
            del self._tasks[task_id]
        self._left_out[queue] += len(left_out) or 1


def _counted(tasks: list[Task], one_in: int) -> SentTasks:
    names = Counter(task.name for task in tasks)
    kept = dict(names.most_common(MAX_NAMES))
    if rest := len(tasks) - sum(kept.values()):
        kept[""] = kept.get("", 0) + rest
    times = sorted(task.sent_at or 0.0 for task in tasks)
    marks = [times[part * len(times) // MARKS] for part in range(MARKS)]
    return SentTasks(
        count=len(tasks),
        names=kept,
        oldest_at=times[0],
        one_in=one_in,
        marks=tuple(round(each, 1) for each in (*marks, times[-1])),
    )
