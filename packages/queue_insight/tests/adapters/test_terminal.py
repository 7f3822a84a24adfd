from __future__ import annotations

import io
import os
import pty
import re
from datetime import UTC

from rich.console import Console
from tests import values
from tests.values import NOW

from queue_insight import TaskState
from queue_insight.adapters import terminal
from queue_insight.page.clock import Clock
from queue_insight.page.reading import Reading
from queue_insight.read import WorkerTasks


def reading(**fields) -> Reading:
    return Reading(
        snapshot=values.snapshot(**fields, visibility_timeout_s=3600.0), clock=Clock(now=NOW, zone=UTC)
    )


def has(*tasks):
    """Each worker has these tasks."""
    return lambda workers: {worker.name: WorkerTasks(longest=tasks) for worker in workers}


def printed(view, *at_worker, **fields):
    console = Console(file=io.StringIO(), width=160)
    terminal.run(console, io.StringIO(), lambda: reading(**fields), has(*at_worker), view=view)
    return console.file.getvalue()


def test_without_a_terminal_it_is_printed_once():
    text = printed(
        "q", queues=(values.queue(name="movies", depth=3, workers=()),), collected_at=None, fresh=False
    )
    assert "Workers and running tasks are not known" in text
    assert re.search(r"^movies +3 +\? +\? +\? ", text, re.MULTILINE)


def test_names_are_no_markup():
    assert "[bold]x" in printed("t", running=(values.running(name="[bold]x"),))


def test_lost_tasks_are_first_and_workers_show_what_they_run():
    lost = values.running(id="l1", state=TaskState.LOST)
    tasks = printed("t", running=(values.running(), lost))
    assert tasks.index("l1") < tasks.index("r1")
    assert "work.do 9 s" in printed("w", values.running())


def test_keys_choose_the_view_and_end_it():
    mine, theirs = pty.openpty()
    screens, keys = [], iter("wtx")
    console = Console(file=io.StringIO(), force_terminal=True, width=120, _environ={"TERM": "xterm"})

    def read() -> Reading:
        # One key a screen: what is pressed before the terminal is set up is dropped.
        os.write(mine, next(keys).encode())
        screens.append(console.file.getvalue())
        return reading(running=(values.running(),))

    with os.fdopen(theirs, "r") as stdin:
        terminal.run(console, stdin, read, has())
    os.close(mine)
    assert len(screens) == 3
    shown = console.file.getvalue()
    assert shown.index("QUEUE") < shown.index("LAST SEEN") < shown.index("STATE", shown.index("LAST SEEN"))
