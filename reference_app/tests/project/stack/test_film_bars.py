from __future__ import annotations

from rich.console import Console

from timelapse.project.stack.film_bars import FilmBars, Step


def shown(bars):
    return {task.description: (task.completed, task.total) for task in bars.progress.tasks if task.visible}


def test_measuring_has_a_bar_of_its_own_which_is_full_once_rendering_begins():
    bars = FilmBars(Console(quiet=True))
    bars.show(Step.UPLOADING, 30, 30)
    assert shown(bars) == {"Uploading": (30, 30), "Rendering": (0, None)}
    bars.show(Step.MEASURING, 12, 30)
    assert shown(bars) == {"Uploading": (30, 30), "Measuring": (12, 30), "Rendering": (0, None)}
    bars.show(Step.RENDERING, 1, 30)
    assert shown(bars) == {"Uploading": (30, 30), "Measuring": (30, 30), "Rendering": (1, 30)}


def test_nothing_is_said_of_measuring_when_nothing_is_measured():
    bars = FilmBars(Console(quiet=True))
    bars.show(Step.RENDERING, 1, 30)
    assert shown(bars) == {"Uploading": (0, None), "Rendering": (1, 30)}
