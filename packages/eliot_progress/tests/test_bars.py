from __future__ import annotations

from dataclasses import replace

from eliot_progress.bars import bar, bars
from eliot_progress.testing.samples import task_state


def test_work_inside_other_work_stands_indented_below_it():
    tasks = [("part", (2, 3, 1), 3.0), ("other", (3,), 2.0), ("whole", (2,), 1.0)]
    states = [replace(task_state(level=level, started_at=at), description=name) for name, level, at in tasks]
    lines = [line.partition("░")[0].rstrip() for line in bars(states, 100.5)]
    assert lines == ["whole", "  part", "other"]


def test_a_bar_says_how_far_how_fast_and_how_long():
    line = bar(task_state(total=4, done=1, unit="frame", rate=0.5, eta_s=(5.0, 8.0), step="encode"), 100.5)
    assert line.split() == [
        "Render",
        "█" * 8 + "░" * 22,
        *["1/4", "frame", "0.5/s", "5", "to", "8", "s", "left", "encode", "alive"],
    ]
