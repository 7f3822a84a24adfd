"""The tasks that were sent and that no worker has received, as senders' events say. Pure, in bounded memory.

If more wait than are kept, an even share of the longest queue is: one task in two, in four and so on, chosen
by its id. So what is known is a sample of all that wait in it, of the next to run as well as of the last.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
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
        #: The same by queue, and the queues by how many each has: to find the longest without counting.
        self._queues: dict[str, dict[str, Task]] = {}
        self._of_length: dict[int, dict[str, None]] = {}
        #: No queue is longer.
        self._longest = 0
        #: By queue of which only a share is kept: one task in so many, and how many were left out.
        self._one_in: dict[str, int] = {}
        self._left_out: Counter[str] = Counter()

    @property
    def left_out(self) -> int:
        """How many tasks were left out of queues in which kept ones still wait."""
        return self._left_out.total()

    def add(self, task: Task) -> None:
        """Take in that a task was sent; with other tasks left out if more than are kept wait.

        It costs the same however many are kept: what thinning out looks at, as many were added before.
        """
        self.pop(task.id)
        if self._is_kept(task):
            self._tasks[task.id] = task
            waiting = self._queues.setdefault(task.queue, {})
            waiting[task.id] = task
            self._rank(task.queue, len(waiting) - 1, len(waiting))
        else:
            self._left_out[task.queue] += 1
        while len(self._tasks) > self._max_tasks:
            self._thin_out()

    def pop(self, task_id: str) -> Task | None:
        """Return the task, which waits no more, if it is known."""
        task = self._tasks.pop(task_id, None)
        if task is not None:
            waiting = self._queues[task.queue]
            del waiting[task_id]
            self._rank(task.queue, len(waiting) + 1, len(waiting))
        return task

    def send_times(self) -> dict[str, float]:
        """Return when the first ones were sent, by task id."""
        oldest = islice(self._tasks.values(), MAX_SENT_IN_STATE)
        return {task.id: task.sent_at for task in oldest if task.sent_at is not None}

    def by_queue(self, now: float) -> dict[str, SentTasks]:
        """Return what is due, by queue."""
        due = {
            queue: [task for task in waiting.values() if task.eta is None or task.eta <= now]
            for queue, waiting in self._queues.items()
            if queue
        }
        return {queue: _counted(tasks, self._one_in.get(queue, 1)) for queue, tasks in due.items() if tasks}

    def trim(self, depths: Mapping[str, int], at: float) -> None:
        """Take in how many tasks waited in queues then: of more that were sent, the first are gone.

        Workers without events received them, or the queue was purged.
        """
        for queue, depth in depths.items():
            waiting = self._queues.get(queue, {}).values()
            due = [task.id for task in waiting if max(task.sent_at or 0.0, task.eta or 0.0) <= at]
            gone = len(due) - (depth + IN_TRANSIT) // self._one_in.get(queue, 1)
            for task_id in due[: max(0, gone)]:
                self.pop(task_id)

    def expire(self, before: float) -> None:
        """Drop what was sent before this time."""
        while self._tasks and ((first := next(iter(self._tasks.values()))).sent_at or 0.0) < before:
            self.pop(first.id)
        for queue in self._one_in.keys() - self._queues.keys():
            del self._one_in[queue]
            del self._left_out[queue]

    def _is_kept(self, task: Task) -> bool:
        one_in = self._one_in.get(task.queue, 1)
        return one_in == 1 or crc32(task.id.encode("utf-8", "replace")) % one_in == 0

    def _rank(self, queue: str, before: int, length: int) -> None:
        if before:
            del self._of_length[before][queue]
            if not self._of_length[before]:
                del self._of_length[before]
        if length:
            self._of_length.setdefault(length, {})[queue] = None
        else:
            del self._queues[queue]
        self._longest = max(self._longest, length)

    def _thin_out(self) -> None:
        while self._longest not in self._of_length:
            self._longest -= 1
        queue = next(iter(self._of_length[self._longest]))
        self._one_in[queue] = 2 * self._one_in.get(queue, 1)
        waiting = list(self._queues[queue].values())
        # Ids may be made so that all are kept.
        left_out = [task for task in waiting if not self._is_kept(task)] or waiting[::2]
        for task in left_out:
            self.pop(task.id)
        self._left_out[queue] += len(left_out)


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
