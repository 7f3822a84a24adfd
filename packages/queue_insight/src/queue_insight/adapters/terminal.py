"""The queue page in a terminal: `manage.py queue_insight top`. It needs the extra `terminal` (rich)."""

from __future__ import annotations

import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from queue_insight.freshness import in_words
from queue_insight.page.composition import task_row
from queue_insight.page.headline import headline
from queue_insight.page.overview import arrange
from queue_insight.page.slots import arrange_workers, worker_row
from queue_insight.read import WorkerTasks
from queue_insight.snapshot import TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from rich.console import Console

    from queue_insight.page.contexts import ReadTasks
    from queue_insight.page.reading import Reading

#: Seconds between two readings.
INTERVAL_S: Final = 2.0
#: Maximum number of rows.
MAX_ROWS: Final = 40
KEYS: Final = "q queues   t tasks   w workers   x or Ctrl-C ends"
#: The view that reads more than the others.
WORKERS: Final = "w"
_STYLES: Final = {"bad": "red", "late": "yellow", "ok": "green", "quiet": "dim"}


def run(
    console: Console,
    stdin: TextIO,
    read: Callable[[], Reading],
    read_tasks: ReadTasks,
    *,
    view: str = "q",
) -> None:
    """Show the screen and follow the keys until x or Ctrl-C; print it once where there is no terminal.

    `read_tasks` reads what workers have.
    """
    if not (console.is_terminal and stdin.isatty()):
        console.print(screen(read(), view, read_tasks))
        return
    with _keys(stdin) as next_key, Live(console=console, screen=True, auto_refresh=False) as live:
        key = view
        while key != "x":
            view = key if key in {*_VIEWS, WORKERS} else view
            live.update(screen(read(), view, read_tasks), refresh=True)
            key = next_key(INTERVAL_S)


def screen(reading: Reading, view: str, read_tasks: ReadTasks) -> Group:
    """Return the sentence, how fresh the figures are, and the table of the view."""
    snapshot, clock = reading.snapshot, reading.clock
    sentence = Text()
    for number, clause in enumerate(headline(snapshot, clock)):
        sentence.append("; " if number else "").append(clause.text, "bold red" if clause.is_trouble else "")
    fresh = [clock.localised(in_words(each)) for each in (snapshot.of_broker, snapshot.of_collector)]
    return Group(
        sentence.append("."),
        Text(f"{' '.join(fresh)} ? stands for not known.", "dim"),
        _workers(reading, read_tasks) if view == WORKERS else _VIEWS[view](reading),
        Text(KEYS, "dim"),
    )


def _queues(reading: Reading) -> Table:
    arranged = arrange(reading.snapshot, reading.clock)
    table = _table("QUEUE", "WAITING", "TAKEN", "DELAYED", "RUNNING", "OLDEST", "WORKERS", "WHY")
    for row in (*arranged.rows, *arranged.quiet)[:MAX_ROWS]:
        figures = map(_figure, (row.waiting, row.taken, row.delayed, row.running))
        why = Text(row.label, _STYLES[row.tone]).append(f"  {row.reason}" if row.reason else "", "dim")
        table.add_row(Text(row.name), *figures, Text(row.oldest or "-"), _figure(row.workers), why)
    return table


def _tasks(reading: Reading) -> Table:
    running = sorted(reading.snapshot.running, key=lambda task: task.state is TaskState.RUNNING)
    table = _table("TASK", "NAME", "STATE", "FOR", "WORKER")
    for task in [*running, *reading.snapshot.queued][:MAX_ROWS]:
        row = task_row(task, reading.clock)
        table.add_row(*map(Text, (row.id, row.name, row.state, row.since, row.worker or "-")))
    return table


def _workers(reading: Reading, read_tasks: ReadTasks) -> Table:
    table = _table("WORKER", "STATE", "LAST SEEN", "SLOTS", "RUNS", "TAKEN")
    workers = arrange_workers(reading.snapshot)[:MAX_ROWS]
    tasks_of = read_tasks(workers)
    for worker in workers:
        row = worker_row(worker, tasks_of.get(worker.name, WorkerTasks()), reading.snapshot, reading.clock)
        tasks = ", ".join(f"{box.task.name} {box.task.since}" for box in row.boxes[:3])
        table.add_row(
            Text(row.name),
            Text(row.state, _STYLES[row.tone]),
            Text(f"{row.last_seen} (silent for {row.silent_for})"),
            _figure(row.slots),
            Text(tasks or "-"),
            _figure(row.taken),
        )
    return table


_VIEWS: Final[dict[str, Callable[[Reading], Table]]] = {"q": _queues, "t": _tasks}


def _table(*heads: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="ellipsis", no_wrap=head != "WHY")
    return table


def _figure(number: int | None) -> Text:
    return Text("?" if number is None else str(number), justify="right")


@contextmanager
def _keys(stdin: TextIO) -> Iterator[Callable[[float], str]]:
    """Yield a function that returns the key pressed within so many seconds, or an empty text."""
    import termios  # noqa: PLC0415 - only Unix has it
    import tty  # noqa: PLC0415

    terminal = stdin.fileno()
    before = termios.tcgetattr(terminal)

    def next_key(seconds: float) -> str:
        is_ready = bool(select.select([terminal], [], [], seconds)[0])
        return os.read(terminal, 1).decode("utf-8", "replace") if is_ready else ""

    tty.setcbreak(terminal)
    try:
        yield next_key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
