"""What the templates of each page receive, from one reading. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from queue_insight.diagnose import diagnose
from queue_insight.event import FAILED
from queue_insight.freshness import in_words
from queue_insight.names import key, shown
from queue_insight.page import failures as failed
from queue_insight.page import periodic as regular
from queue_insight.page.composition import PAGE as PAGE_OF_TASKS
from queue_insight.page.composition import (
    Page,
    TaskRow,
    compose_by_name,
    page_at,
    page_of,
    parts_of,
    task_row,
)
from queue_insight.page.headline import headline
from queue_insight.page.overview import PAGE, arrange, row
from queue_insight.page.past import comparison, past_rows
from queue_insight.page.search import search
from queue_insight.page.slots import arrange_workers, worker_row
from queue_insight.page.sparkline import sparkline
from queue_insight.page.timeline import timeline
from queue_insight.read import WorkerTasks
from queue_insight.reasons import count
from queue_insight.snapshot import TaskState, delayed_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from queue_insight.failures import FailureGroup
    from queue_insight.history import History
    from queue_insight.page.clock import Clock
    from queue_insight.page.reading import Reading, Scope
    from queue_insight.periodic import PeriodicTasks
    from queue_insight.reasons import Reason
    from queue_insight.snapshot import QueueState, Snapshot, TaskInfo, WorkerInfo

    ReadPage = Callable[[QueueState, int], Sequence[TaskInfo]]
    ReadTasks = Callable[[Sequence[WorkerInfo]], Mapping[str, WorkerTasks]]
    ReadFailures = Callable[[], Sequence[FailureGroup] | None]

#: Maximum number of running tasks in the overview, and of notes on any page.
MAX_RUNNING: Final = 20
MAX_NOTES: Final = 10
#: Maximum number of reasons why a task is not running, the weightiest first.
MAX_REASONS: Final = 3
#: Number of workers on a page.
WORKERS_PAGE: Final = 40
#: Maximum number of characters of one note or reason.
MAX_TEXT: Final = 500
Context = dict[str, object]


class ReadPast(Protocol):
    """Reads the history of a queue or of a task name."""

    def __call__(self, *, queue: str = "", name: str = "") -> History | None:
        """Return the history; None when it is not known."""
        ...


def not_read(*, queue: str = "", name: str = "") -> History | None:  # noqa: ARG001 - the Protocol's
    """Return no history, for a page that has none."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A reason as text."""

    text: str
    remedy: str


def overview(reading: Reading, number: int = 1, *, read_failures: ReadFailures = lambda: None) -> Context:
    """Return the headline, a page of the queues, what runs, and how many workers there are.

    `read_failures` reads whether tasks fail.
    """
    snapshot = reading.snapshot
    arranged = arrange(snapshot, reading.clock)
    # What was lost first: the running tasks are sorted by their start already.
    running = sorted(snapshot.running, key=lambda task: task.state is TaskState.RUNNING)
    return {
        **_common(reading),
        "title": "Queues",
        "headline": headline(snapshot, reading.clock, read_failures() or ()),
        "arranged": arranged,
        "page": page_of(arranged.rows, number, size=PAGE),
        "running": [task_row(task, reading.clock) for task in running[:MAX_RUNNING]],
        "more_running": max(0, _running_or_ended(snapshot) - MAX_RUNNING),
        "workers": _worker_counts(snapshot),
        "delayed": delayed_in_words(snapshot.delayed_in_broker) if snapshot.delayed_in_broker else "",
    }


def queue(
    reading: Reading,
    queue_key: str,
    number: int,
    *,
    read_page: ReadPage | None = None,
    read_past: ReadPast = not_read,
) -> Context | None:
    """Return one queue with a page of its tasks; None when no queue with this key was read.

    `read_page` reads a page of the queue; without it, there are the tasks of the snapshot. `read_past` reads
    its history.
    """
    snapshot = reading.snapshot
    found = next((each for each in snapshot.queues if key(each.name) == queue_key), None)
    if found is None and snapshot.broker_read:
        return None
    tasks = [task for task in snapshot.queued if found is not None and task.queue == found.name]
    past = read_past(queue=found.name) if found is not None else None
    waiting: Sequence[TaskInfo] = [task for task in tasks if task.state is TaskState.QUEUED]
    if found is not None and read_page is not None:
        waiting = read_page(found, 1)
    named = found if found is not None and not snapshot.heads_read else None
    return {
        **_common(reading),
        "title": f"Queue {shown(found.name if found else queue_key)}",
        "key": queue_key,
        "row": row(found, snapshot, reading.clock) if found else None,
        "is_paused": found is not None and found.name in snapshot.paused,
        "parts": parts_of(named.names) if named else compose_by_name(waiting),
        "coverage": _coverage(named) if named else f"of the first {len(waiting)}",
        "is_shown": named is None,
        "taken": [task_row(task, reading.clock) for task in tasks if task.state is TaskState.RESERVED][
            :MAX_RUNNING
        ],
        "page": _page(found, waiting, number, reading, read_page),
        **past_of("History", past),
        "spark": sparkline(found) if found else None,
    }


def past_of(title: str, past: History | None) -> Context:
    """Return the rows of a history; without any when it is not known."""
    return {
        "history_title": title,
        "past": past_rows(past) if past else (),
        "comparison": comparison(past) if past else "",
    }


def _coverage(queue: QueueState) -> str:
    named, depth = sum(queue.names.values()), "?" if queue.depth is None else f"{queue.depth:,}"
    return f"by the senders' events, which name {named:,} of {depth}"


def _page(
    queue: QueueState | None,
    waiting: Sequence[TaskInfo],
    number: int,
    reading: Reading,
    read_page: ReadPage | None,
) -> Page[TaskRow]:
    if queue is None or read_page is None:
        return page_of([task_row(task, reading.clock) for task in waiting], number)
    total = queue.depth or 0
    number = min(max(1, number), max(1, -(-total // PAGE_OF_TASKS)))
    tasks = waiting if number == 1 else read_page(queue, number)
    rows = [task_row(task, reading.clock) for task in tasks]
    return page_at(rows, number, total=total)


def task(
    reading: Reading,
    task_key: str,
    *,
    read_past: ReadPast = not_read,
    read_failures: ReadFailures = lambda: None,
) -> Context:
    """Return why one task is not running, and its life so far, whether anything is known of it or not.

    `read_past` reads the history of its name, and `read_failures` whether it was the last one to fail.
    """
    snapshot = reading.snapshot
    task_id = _full_id(task_key, snapshot)
    found = snapshot.find(task_id)
    return {
        **_common(reading),
        "title": f"Task {shown(task_id, 60)}",
        "task_key": key(task_id),
        "name_key": key(found.name) if found is not None and found.name else "",
        "task": None if found is None else task_row(found, reading.clock),
        "args": "" if found is None else shown(found.args_summary, 2000),
        "queue_key": key(found.queue) if found is not None and found.queue else "",
        "queue_name": shown(found.queue) if found is not None else "",
        "reasons": _notes(_own(task_id, snapshot), reading),
        "runs": _runs(snapshot, reading.clock),
        "steps": timeline(task_id, snapshot, reading.clock),
        "failure": None if found is not None else _failure_of(task_id, read_failures() or (), reading),
        **past_of(
            f"Tasks named {shown(found.name)}" if found is not None else "",
            read_past(name=found.name) if found is not None and found.name else None,
        ),
    }


def failures(
    reading: Reading, groups: Sequence[FailureGroup] | None, text: str = "", number: int = 1
) -> Context:
    """Return a page of the groups that match the text; None stands for "not known"."""
    found = [each for each in groups or () if each.matches(text)]
    rows = [failed.failure_row(each, reading.clock) for each in found]
    return {
        **_common(reading),
        "title": "Failures",
        "is_read": groups is not None,
        "wanted": shown(text, 255),
        "headline": failed.headline(found, reading.clock),
        "total": len(groups or ()),
        "page": page_of(rows, number, size=failed.PAGE),
    }


def periodic(reading: Reading, found: PeriodicTasks | None) -> Context:
    """Return the periodic tasks; None stands for "not known"."""
    rows = [] if found is None else [regular.periodic_row(each, reading.clock) for each in found.tasks]
    return {
        **_common(reading),
        "title": "Periodic tasks",
        "headline": "" if found is None else regular.headline(found, reading.clock),
        "rows": rows,
        "reason_of_all": regular.reason_of_all(rows),
        "more": 0 if found is None else found.more,
        "other_scheduler": "" if found is None else shown(found.other_scheduler),
    }


def workers(reading: Reading, number: int, *, read_tasks: ReadTasks) -> Context:
    """Return a page of the workers with their slots; `read_tasks` reads what those on the page have."""
    found = page_of(arrange_workers(reading.snapshot), number, size=WORKERS_PAGE)
    tasks = read_tasks(found.items)
    rows = tuple(
        worker_row(each, tasks.get(each.name, WorkerTasks()), reading.snapshot, reading.clock)
        for each in found.items
    )
    return {
        **_common(reading),
        "title": "Workers",
        "workers": _worker_counts(reading.snapshot),
        "page": Page(items=rows, number=found.number, pages=found.pages, first=found.first, last=found.last),
    }


def found(reading: Reading, text: str, scope: Scope, *, after: str = "") -> Context:
    """Return what a search found that began behind the task `after`, and where it looked."""
    result = search(text, reading.snapshot, has_causes=scope.has_causes)
    return {
        **_common(reading),
        "title": "Search",
        "q": text,
        "is_further": bool(after),
        "rest": scope.rest,
        "result": result,
        "failed": sum(each.outcome == FAILED for each in result.finished),
        "number": len(result.tasks) + len(result.finished) + len(result.sent),
        "tasks": [task_row(each, reading.clock) for each in result.tasks],
        "sent": [
            {
                "key": key(task_id),
                "id": shown(task_id, 40),
                "name": shown(note.name) or "name not known",
                "queue": shown(note.queue) or "?",
                "at": reading.clock.second(note.sent_at),
            }
            for task_id, note in result.sent
        ],
        "finished": [
            {
                "key": key(each.id),
                "id": shown(each.id, 40),
                "name": shown(each.name) or "name not known",
                "outcome": shown(each.outcome),
                "error": shown(each.error, 255),
                "at": reading.clock.second(each.at),
            }
            for each in result.finished
        ],
    }


def _failure_of(task_id: str, groups: Iterable[FailureGroup], reading: Reading) -> failed.FailureRow | None:
    group = next((each for each in groups if key(each.task_id) == key(task_id)), None)
    return failed.failure_row(group, reading.clock) if group else None


def _own(task_id: str, snapshot: Snapshot) -> tuple[Reason, ...]:
    """Return why a task is not running, without what limits all figures, which stands apart."""
    reasons = diagnose(task_id, snapshot)
    own = [each for each in reasons if each not in snapshot.notes or each.params.get("task") == task_id]
    return tuple(own[:MAX_REASONS])


def _runs(snapshot: Snapshot, clock: Clock) -> str:
    if snapshot.fresh:
        return "It runs."
    return f"It ran at {clock.second(snapshot.collected_at)}; whether it still does is not known."


def _common(reading: Reading) -> Context:
    snapshot = reading.snapshot
    return {
        "read_at": reading.clock.second(snapshot.at) if snapshot.broker_read else None,
        "collected_at": snapshot.collected_at,
        "zone": str(reading.clock.zone),
        "freshness": [
            {"words": reading.clock.localised(in_words(each)), "is_current": each.is_current}
            for each in (snapshot.of_broker, snapshot.of_collector)
        ],
        "unacked": _unacked(snapshot),
        "notes": _notes(snapshot.notes[:MAX_NOTES], reading),
        "more_notes": max(0, len(snapshot.notes) - MAX_NOTES),
    }


def _unacked(snapshot: Snapshot) -> str:
    """Return how many messages are unacknowledged, if the broker itself gives an old figure."""
    if snapshot.unacked is None or snapshot.unacked_age_s is None:
        return ""
    return f"{snapshot.unacked:,}, up to {snapshot.unacked_age_s:.0f} s old"


def _notes(reasons: Iterable[Reason], reading: Reading) -> list[Note]:
    text = reading.clock.localised
    return [
        Note(text=shown(text(reason.message), MAX_TEXT), remedy=shown(text(reason.remedy), MAX_TEXT))
        for reason in reasons
    ]


def _running_or_ended(snapshot: Snapshot) -> int:
    """Return how many tasks run or ended with their worker, whether they were read or not."""
    if snapshot.asked_tasks is None:
        return len(snapshot.running)
    return sum(snapshot.running_by_worker().values()) + snapshot.ended_tasks


def _worker_counts(snapshot: Snapshot) -> str:
    if snapshot.collected_at is None:
        return "not known"
    counts: Mapping[str, int] = Counter(worker.state.value for worker in snapshot.workers)
    return ", ".join(f"{number} {state}" for state, number in counts.items()) or count(0, "worker")


def _full_id(task_key: str, snapshot: Snapshot) -> str:
    ids = (*(task.id for task in snapshot.tasks()), *(task.id for task in snapshot.finished))
    return next((each for each in ids if key(each) == task_key), task_key)
