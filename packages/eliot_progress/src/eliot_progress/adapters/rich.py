"""Live bars in a terminal, render by rich."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from eliot_progress import sanitise, stall
from eliot_progress.bars import NO_TASKS, count_text, nested, status_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from eliot_progress.state import TaskState

_STYLES = {
    "succeeded": "green",
    "failed": "bold red",
    "cancelled": "yellow",
    stall.Liveness.LATE: "yellow",
    stall.Liveness.STALLED: "bold red",
}


@contextmanager
def live(console: Console | None = None) -> Iterator[Callable[[Sequence[TaskState], float, str], None]]:
    """Yield `paint(states, now, error_text)`, which redraws in place. The last picture stays visible."""
    with Live(console=console, auto_refresh=False) as screen:
        yield lambda states, now, error_text: screen.update(render(states, now, error_text), refresh=True)


def render(states: Sequence[TaskState], now: float, error_text: str = "") -> Group:
    """Return a bar for each task, indented below its parent, then the reading error, if any."""
    table = Table.grid(padding=(0, 2))
    for state, depth in nested(states):
        style = _STYLES.get(state.outcome or stall.judge(state, now), "")
        label = Text("  " * depth + sanitise.text(state.description, 40), style)
        table.add_row(
            label, _bar(state), Text(count_text(state)), Text("  ".join(status_words(state, now)), style)
        )
    parts = [table if states else Text(NO_TASKS)]
    return Group(*parts, *([Text(error_text, "red")] if error_text else []))


def _bar(state: TaskState) -> ProgressBar:
    return ProgressBar(
        total=state.total or 1,
        completed=state.done if state.total else float(state.outcome == "succeeded"),
        width=30,
        pulse=not state.total and state.outcome is None,
    )
