"""The bars of ``timelapse film``: what is done for the movie, and how far it is."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from rich.console import Console


class Step(Enum):
    """What is done for a movie, one after the other."""

    UPLOADING = "Uploading"
    MEASURING = "Measuring"
    RENDERING = "Rendering"


class FilmBars:
    """A bar for each step. That of measuring is hidden until something is measured: few movies need it."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._bars = {
            step: self.progress.add_task(step.value, total=None, visible=step is not Step.MEASURING)
            for step in Step
        }

    def show(self, step: Step, done: float, total: float | None) -> None:
        """Show how far a step is. Rendering begins when all is measured."""
        if step is Step.RENDERING:
            measuring = self.progress.tasks[self._bars[Step.MEASURING]]
            self.progress.update(measuring.id, completed=measuring.total or 0)
        self.progress.update(self._bars[step], completed=done, total=total, visible=True)
