"""Says of which tasks a queue consists, and cuts its list into pages. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from queue_insight.names import key, shown
from queue_insight.snapshot import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from queue_insight.page.clock import Clock
    from queue_insight.snapshot import TaskInfo

#: Number of tasks on a page.
PAGE: Final = 100
#: Maximum number of names in the composition; the others are one part together.
MAX_NAMES: Final = 12
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The tasks of one name."""

    name: str
    #: Empty for the part that has several names.
    key: str
    number: int
    #: Share of all tasks that were read, in percent.
    percent: int


#: What the columns of queues call the same.
_LABELS: Final = {
    TaskState.QUEUED: "waiting",
    TaskState.HANDED_OUT: "handed out",
    TaskState.RESERVED: "taken",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task as a row."""

    id: str
    key: str
    name: str
    state: str
    #: The state as people read it.
    label: str
    since: str
    args: str
    position: int | None
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[_T]):
    """One page of a list."""

    items: tuple[_T, ...]
    number: int
    pages: int
    #: Position of the first and the last one, from 1; 0 in an empty list.
    first: int
    last: int


def compose_by_name(tasks: Iterable[TaskInfo]) -> tuple[Part, ...]:
    """Return the task names with their numbers, the most frequent first."""
    return parts_of(Counter(task.name for task in tasks))


def parts_of(numbers: Mapping[str, int]) -> tuple[Part, ...]:
    """Return the names with how many tasks have them, the most frequent first."""
    counts = Counter(numbers)
    total = counts.total()
    parts = [
        (shown(name) or "name not known", key(name), number) for name, number in counts.most_common(MAX_NAMES)
    ]
    if rest := total - sum(number for _, _, number in parts):
        parts.append((f"{len(counts) - MAX_NAMES} other names", "", rest))
    return tuple(
        Part(name=name, key=key_, number=number, percent=round(100 * number / total))
        for name, key_, number in parts
    )


def page_of(items: Sequence[_T], number: int, *, size: int = PAGE) -> Page[_T]:
    """Return this page, or the nearest that there is."""
    pages = max(1, -(-len(items) // size))
    number = min(max(1, number), pages)
    part = tuple(items[(number - 1) * size : number * size])
    first = (number - 1) * size + 1 if part else 0
    return Page(items=part, number=number, pages=pages, first=first, last=max(0, first + len(part) - 1))


def page_at(items: Sequence[_T], number: int, *, total: int) -> Page[_T]:
    """Return items that are known to be this page of so many."""
    first = (number - 1) * PAGE + 1 if items else 0
    return Page(
        items=tuple(items),
        number=number,
        pages=max(1, -(-total // PAGE)),
        first=first,
        last=max(0, first + len(items) - 1),
    )


def task_row(task: TaskInfo, clock: Clock) -> TaskRow:
    """Return the row of a task."""
    return TaskRow(
        id=shown(task.id, 40),
        key=key(task.id),
        name=shown(task.name) or "name not known",
        state=task.state.value,
        label=_LABELS.get(task.state, task.state.value),
        since=clock.since(task.started_at or task.sent_at),
        args=shown(task.args_summary, 120),
        position=None if task.position is None else task.position + 1,
        worker=shown(task.worker or ""),
    )
