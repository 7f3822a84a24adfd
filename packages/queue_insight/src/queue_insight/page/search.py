"""Finds tasks by id, its beginning, name, arguments or causal id, and says where it looked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from queue_insight.names import key, shown
from queue_insight.reasons import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from queue_insight.snapshot import FinishedTask, QueueState, SentNote, Snapshot, TaskInfo

#: Maximum number of tasks that a search shows.
MAX_FOUND: Final = 100
#: Maximum number of queues that the limits of a search name.
MAX_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a search found, and where it looked."""

    tasks: tuple[TaskInfo, ...]
    finished: tuple[FinishedTask, ...]
    #: By id, what senders noted of others with the causal id that the text is; where these are is not known.
    sent: tuple[tuple[str, SentNote], ...]
    #: Whether there may be more than these among what was searched.
    is_cut: bool
    searched: tuple[str, ...]
    not_searched: tuple[str, ...]


def only_match(text: str, snapshot: Snapshot) -> str | None:
    """Return the id that the text is, or that alone begins with it; None for none or several."""
    known = (
        *(task.id for task in snapshot.tasks()),
        *(task.id for task in snapshot.finished),
        *snapshot.sent,
    )
    ids = {each for each in known if _is_id(text, each)}
    if text in ids:
        return text
    return ids.pop() if len(ids) == 1 else None


def search(text: str, snapshot: Snapshot, *, has_causes: bool = False) -> Result:
    """Return the tasks whose id begins with the text, whose name or arguments contain it, or that it caused.

    `has_causes` says whether those with this causal id were read.
    """
    caused = caused_by(text, snapshot)
    tasks = tuple(islice(matching(text, snapshot), MAX_FOUND + 1))
    known = {task.id for task in tasks}
    finished = tuple(each for each in matching_finished(text, snapshot) if each.id not in known)[
        : MAX_FOUND + 1
    ]
    known |= {each.id for each in finished}
    sent = tuple((task_id, note) for task_id, note in caused.items() if task_id not in known)
    return Result(
        tasks=tasks[:MAX_FOUND],
        finished=finished[:MAX_FOUND],
        sent=sent[:MAX_FOUND],
        is_cut=max(len(tasks), len(finished), len(sent), len(caused)) > MAX_FOUND,
        searched=tuple(_searched(snapshot, has_causes=has_causes)),
        not_searched=tuple(_not_searched(snapshot, has_causes=has_causes)),
    )


def caused_by(causal_id: str, snapshot: Snapshot) -> Mapping[str, SentNote]:
    """Return by id what senders noted of the asked tasks that have this causal id."""
    return {each: note for each, note in snapshot.sent.items() if note.causal_id == causal_id and causal_id}


def matching(text: str, snapshot: Snapshot) -> Iterator[TaskInfo]:
    """Yield the tasks whose id begins with the text, whose name or arguments contain it, or its cause."""
    if text:
        words, caused = text.casefold(), caused_by(text, snapshot)
        yield from (
            t for t in snapshot.tasks() if _is_id(text, t.id) or t.id in caused or _mentions(words, t)
        )


def matching_finished(text: str, snapshot: Snapshot) -> Iterator[FinishedTask]:
    """Yield finished tasks whose id begins with the text, whose name contains it, or that it caused."""
    if text:
        words, caused = text.casefold(), caused_by(text, snapshot)
        yield from (
            each
            for each in reversed(snapshot.finished)
            if _is_id(text, each.id) or each.id in caused or words in each.name.casefold()
        )


def _mentions(words: str, task: TaskInfo) -> bool:
    return words in task.name.casefold() or words in task.args_summary.casefold()


def _is_id(text: str, task_id: str) -> bool:
    return bool(text) and (task_id.startswith(text) or key(task_id) == text)


def _searched(snapshot: Snapshot, *, has_causes: bool) -> Iterator[str]:
    if snapshot.collected_at is not None:
        read, total = snapshot.tasks_at_workers_read, snapshot.tasks_at_workers
        part = f"{read:,} of {total:,} tasks" if read < total else f"all {count(read, 'task')}"
        yield f"{part} that workers have or had when they ended, and the ids of all of them"
    if snapshot.broker_read:
        waiting = sum(task.worker is None for task in snapshot.queued)
        yield f"{count(waiting, 'waiting task')} of {count(len(snapshot.queues), 'queue')}"
    yield f"the last {count(len(snapshot.finished), 'finished task')}, by id and name"
    if has_causes:
        yield "the causal ids of tasks whose sender noted one, as long as notes are kept"


def _not_searched(snapshot: Snapshot, *, has_causes: bool) -> Iterator[str]:
    if not snapshot.broker_read:
        yield "the queues, as the broker could not be read"
    if snapshot.collected_at is None:
        yield "the workers, as no collector has reported"
    elif not snapshot.fresh:
        yield "what workers have taken since the collector fell silent"
    if rest := snapshot.tasks_at_workers - snapshot.tasks_at_workers_read:
        yield f"names and arguments of {count(rest, 'other task')} that workers have"
    yield from _deeper(snapshot)
    yield "arguments of finished tasks, redacted arguments, and what is cut from long ones"
    yield (
        "causal ids of tasks that were sent without the publisher's hook"
        if has_causes
        else "causal ids, as this store keeps no notes of senders; "
        "the page of the failures searches those of failed tasks"
    )


def _deeper(snapshot: Snapshot) -> Iterator[str]:
    read: dict[str, int] = {}
    for task in snapshot.queued:
        if task.position is not None:
            read[task.queue] = read.get(task.queue, 0) + 1
    deeper = [(queue, (queue.depth or 0) - read.get(queue.name, 0)) for queue in snapshot.queues]
    deeper = [(queue, rest) for queue, rest in deeper if rest > 0]
    for queue, rest in deeper[:MAX_NAMED]:
        yield _unread(queue, rest, snapshot)
    if len(deeper) > MAX_NAMED:
        yield f"tasks further back in {count(len(deeper) - MAX_NAMED, 'more queue')}"


def _unread(queue: QueueState, rest: int, snapshot: Snapshot) -> str:
    if snapshot.heads_read:
        return f"{count(rest, 'task')} further back in '{shown(queue.name)}'"
    named = sum(queue.names.values())
    return (
        f"{count(rest, 'task')} in '{shown(queue.name)}', as the broker shows none; "
        f"its page has the names of {named:,} of {queue.depth or 0:,}"
    )
