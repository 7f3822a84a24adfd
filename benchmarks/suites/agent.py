"""The camera agent against the app: a storm of faults per seed, then a judge of what is in the store."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
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
    seeds = islice(count(effort.first_seed), effort.seeds or None)
    with ThreadPoolExecutor(effort.at_once) as storms:
        while batch := list(islice(seeds, effort.at_once)):
            yield from storms.map(_storm, batch)
            if not effort.seeds and time.monotonic() >= deadline:
                return


def _storm(seed: int) -> Case:
    postgresql = seed % _POSTGRESQL_EVERY == 0
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
