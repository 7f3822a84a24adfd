"""The camera agent against the app: faults from a seed, then a check of what is in the store."""

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

#: Captures per seed, and every how many seeds one runs on PostgreSQL.
_FRAMES, _POSTGRESQL_EVERY = 500, 4


def run(effort: Effort) -> Iterator[Case]:
    """Run seed after seed until the time is over or all seeds are process."""
    deadline = time.monotonic() + effort.minutes * 60
    seeds = islice(count(effort.first_seed), effort.seeds or None)
    with ThreadPoolExecutor(effort.at_once) as pool:
        while batch := list(islice(seeds, effort.at_once)):
            yield from pool.map(_run_seed, batch)
            if not effort.seeds and time.monotonic() >= deadline:
                return


def _run_seed(seed: int) -> Case:
    postgresql = seed % _POSTGRESQL_EVERY == 0
    command = [sys.executable, "-m", "tests.faults.injection", "--seed", str(seed), "--frames", str(_FRAMES)]
    command += ["--postgresql"] if postgresql else []
    process = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    name = f"seed {seed} on {'PostgreSQL' if postgresql else 'SQLite'}"
    try:
        result = json.loads(process.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return Case(case=name, violations=[f"The run ended early (exit code {process.returncode})."])
    faults = sum(times for kind, times in result["faults"].items() if kind != "forward")
    return Case(
        case=name,
        violations=result["violations"],
        figures={"captures": str(result["captures"]), "faults": str(faults)},
        seconds=result["seconds"],
    )
