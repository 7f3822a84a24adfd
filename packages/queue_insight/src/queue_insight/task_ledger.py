"""The tasks that workers have, or had when they ended. Pure, with bounded memory.

If there are more than are kept, those go first that ended with their worker, then those that were received
and not started, and last those that run; of each kind the one that became so first.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from queue_insight.collector_state import Task


class TaskLedger:
    """Tasks by id, in the order in which they were first observed."""

    def __init__(self, max_tasks: int) -> None:
        self._max_tasks = max_tasks
        self._tasks: dict[str, Task] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._reserved: OrderedDict[str, None] = OrderedDict()
        self._running: OrderedDict[str, None] = OrderedDict()
        #: Ids of tasks whose record has changed since they were last taken.
        self._changed: set[str] = set()
        #: Tasks that were dropped to keep memory bounded.
        self.evicted = 0

    def all(self) -> Mapping[str, Task]:
        """Return the tasks by id."""
        return self._tasks

    def ended(self) -> Iterator[Task]:
        """Yield the tasks that ended with their worker."""
        return (self._tasks[task_id] for task_id in self._ended)

    def get(self, task_id: str) -> Task | None:
        """Return the task, if it is kept."""
        return self._tasks.get(task_id)

    def of(self, worker: str) -> list[Task]:
        """Return what this worker has, or had when it ended."""
        return [task for task in self._tasks.values() if task.worker == worker]

    def put(self, task: Task) -> None:
        """Keep the task, new or changed."""
        if task.id in self._tasks:
            self._move(task)
        else:
            self._tasks[task.id] = task
            self._kind(task)[task.id] = None
        self._changed.add(task.id)
        if len(self._tasks) > self._max_tasks:
            least = self._ended or self._reserved or self._running
            self.remove(next(iter(least)))
            self.evicted += 1

    def remove(self, task_id: str) -> None:
        """Drop the task.

        Raises:
            KeyError: it is not kept.
        """
        del self._tasks[task_id]
        for kind in (self._ended, self._reserved, self._running):
            kind.pop(task_id, None)
        self._changed.add(task_id)

    def take_changed(self) -> set[str]:
        """Return the ids of the tasks that were put or dropped since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def _move(self, task: Task) -> None:
        kind = self._kind(task)
        if task.id not in kind:
            for other in (self._ended, self._reserved, self._running):
                other.pop(task.id, None)
            kind[task.id] = None

    def _kind(self, task: Task) -> OrderedDict[str, None]:
        if task.ended_at is not None:
            return self._ended
        return self._reserved if task.started_at is None else self._running
