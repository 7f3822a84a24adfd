"""`./dev test` runs all its steps, each with its priority."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
LOWEST = 19


def run(steps: str) -> list[str]:
    """Run them in a process of its own: scripts are no package. Return what it prints."""
    asked = f"from steps import Step, run_side_by_side\nprint(*run_side_by_side([{steps}]), sep='\\n')"
    command = [sys.executable, "-c", asked]
    return subprocess.run(
        command, cwd=SCRIPTS, check=True, capture_output=True, text=True
    ).stdout.splitlines()


@pytest.mark.parametrize(("background", "niceness"), [(False, 0), (True, 10)])
def test_a_step_in_the_background_leaves_the_processors_to_the_others(background, niceness):
    # What a step prints is shown only if it fails.
    printed = run(f"Step(name='it', command=['sh', '-c', 'nice; false'], background={background})")
    assert int(printed[1]) == min(os.nice(0) + niceness, LOWEST)


def test_all_steps_run_and_those_that_failed_are_named():
    step = "Step(name='{0}', command=['{1}'], background={2})".format
    steps = [("a", "true", False), ("b", "false", False), ("c", "true", False), ("d", "true", False)]
    steps += [("e", "true", True), ("f", "false", True)]
    printed = run(", ".join(step(*each) for each in steps))
    names = [line.split()[1] for line in printed if line.startswith(("ok", "FAIL"))]
    assert sorted(names) == ["a", "b", "c", "d", "e", "f"]
    assert sorted(printed[-2:]) == ["b", "f"]
