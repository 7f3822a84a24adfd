"""The camera agent against the app: a storm of faults per seed, then a judge of what is in the store."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

from suites import ROOT, Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from suites import Effort

#: Captures per storm, and every how many-th storm is one of PostgreSQL.
_FRAMES, _POSTGRESQL_EVERY = 500, 4


def run(effort: Effort) -> Iterator[Case]:
    """Storm after storm until the time is up, or all seeds are through."""
    deadline = time.monotonic() + effort.minutes * 60
    for seed in count(1):
        if seed > effort.seeds if effort.seeds else time.monotonic() >= deadline:
            return
        yield _storm(seed, postgresql=seed % _POSTGRESQL_EVERY == 0)


def _storm(seed: int, *, postgresql: bool) -> Case:
    command = [sys.executable, "-m", "tests.faults.storm", "--seed", str(seed), "--frames", str(_FRAMES)]
    command += ["--postgresql"] if postgresql else []
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    name = f"seed {seed} on {'PostgreSQL' if postgresql else 'SQLite'}"
    try:
        found = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return Case(case=name, violations=[f"The storm broke off (exit code {done.returncode})."])
    faults = sum(times for kind, times in found["faults"].items() if kind != "well")
    return Case(
        case=name,
        violations=found["violations"],
        figures={"captures": str(found["captures"]), "faults": str(faults)},
        seconds=found["seconds"],
    )
