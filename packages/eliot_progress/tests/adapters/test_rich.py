from __future__ import annotations

import io

from rich.console import Console

from eliot_progress.adapters.rich import live, render
from eliot_progress.testing.samples import task_state


def printed(*reports, now=100.5, error_text=""):
    console = Console(file=io.StringIO(), width=160)
    console.print(render(list(reports), now, error_text))
    return console.file.getvalue()


def test_each_piece_of_work_has_a_bar_and_what_is_inside_it_stands_below():
    inside = task_state(level=(2, 3), total=None, done=7, unit="byte", step="[bold]decode")
    whole, part = printed(
        inside, task_state(total=4, done=1, unit="frame", next_by=0, grace_s=0)
    ).splitlines()
    assert whole.startswith("Render")
    assert "1/4 frame" in whole
    assert whole.rstrip().endswith("stalled")
    assert part.startswith("  Render")
    assert "7 byte" in part
    assert "[bold]decode" in part


def test_without_work_and_with_error_text_both_are_said():
    assert printed(error_text="It can't be reached.").splitlines() == [
        "No tasks are running.",
        "It can't be reached.",
    ]


def test_the_last_picture_stays():
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with live(console) as paint:
        for done in (1, 2):
            paint([task_state(total=4, done=done, outcome="failed", reason="no disk")], 100.5, "")
    assert "no disk" in console.file.getvalue().rpartition("1/4")[2]
