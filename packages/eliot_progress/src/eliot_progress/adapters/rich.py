"""Live bars in a terminal, drawn by rich."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from eliot_progress import sanitise, stall
from eliot_progress.bars import NOTHING, counted, nested, told

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
    """A painter: `paint(states, now, trouble)` draws anew in place. The last picture stays on the screen."""
    with Live(console=console, auto_refresh=False) as screen:
        yield lambda states, now, trouble: screen.update(drawn(states, now, trouble), refresh=True)


def drawn(states: Sequence[TaskState], now: float, trouble: str = "") -> Group:
    """A bar for each, indented below what it is inside of; then what went wrong with the looking."""
    table = Table.grid(padding=(0, 2))
    for state, depth in nested(states):
        style = _STYLES.get(state.outcome or stall.judge(state, now), "")
        label = Text("  " * depth + sanitise.text(state.description, 40), style)
        table.add_row(label, _bar(state), Text(counted(state)), Text("  ".join(told(state, now)), style))
    parts = [table if states else Text(NOTHING)]
    return Group(*parts, *([Text(trouble, "red")] if trouble else []))


def _bar(state: TaskState) -> ProgressBar:
    return ProgressBar(
        total=state.total or 1,
        completed=state.done if state.total else float(state.outcome == "succeeded"),
        width=30,
        pulse=not state.total and state.outcome is None,
    )
