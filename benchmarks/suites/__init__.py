"""Suites of faults, one module each; ``benchmarks/faults.py`` discovers them and calls ``run(effort)``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long a suite may run, in minutes or, if `seeds` is not 0, in seeds."""

    minutes: float
    seeds: int = 0
    first_seed: int = 1
    #: Number of seeds that run in parallel.
    at_once: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The result of one case: its ``violations`` (none if it passed) and ``figures`` about the run."""

    case: str
    violations: list[str] = field(default_factory=list)
    figures: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def repeat(
    folder: str, *arguments: str, minutes: float, label: str = "", postgresql: bool = False
) -> list[Case]:
    """Run a package's own tests again and again, each time from another seed; each test is a case.

    A run that has begun is finished, so there is at least one.
    """
    deadline = time.monotonic() + minutes * 60
    cases: dict[str, Case] = {}
    for seed in count(1):
        for case in from_tests(folder, *arguments, label=label, postgresql=postgresql, seed=seed):
            earlier = cases.get(case.case, Case(case=case.case))
            cases[case.case] = replace(
                earlier,
                violations=earlier.violations + [f"seed {seed}: {found}" for found in case.violations],
                figures={**case.figures, "times": str(seed)},
                seconds=earlier.seconds + case.seconds,
            )
        if time.monotonic() >= deadline:
            break
    return list(cases.values())


def from_tests(
    folder: str,
    *arguments: str,
    label: str = "",
    env: Mapping[str, str] | None = None,
    postgresql: bool = False,
    at_most_s: float = 3600,
    seed: int | None = None,
) -> list[Case]:
    """Run a package's own tests, longer than ``./dev test`` does; each test is a case.

    With a `seed` the tests run in the order, and draw the random numbers, of that seed.

    What a test records with pytest's ``record_property`` becomes a figure. With ``postgresql`` the command
    gets a server in DATABASE_URL.
    """
    with tempfile.TemporaryDirectory() as reports:
        report = Path(reports) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "no:randomly"] if seed is None else [f"--randomly-seed={seed}"]
        # Only this family of reports has room for the figures.
        command += [f"--junitxml={report}", "-o", "junit_family=xunit1"]
        command += [f"--timeout={at_most_s:.0f}", *arguments]
        if postgresql:
            command = [sys.executable, str(ROOT / "scripts" / "with_postgresql"), *command]
        process = subprocess.run(
            command,
            cwd=ROOT / folder,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if not report.exists():
            return [Case(case=label or folder, violations=[f"The tests did not run:\n{process.stdout}"])]
        return [_case(element, label) for element in ET.parse(report).iter("testcase")]


def _case(element: ET.Element, label: str) -> Case:
    name = element.get("name", "").removeprefix("test_").replace("_", " ")
    return Case(
        case=f"{label}: {name}" if label else name,
        violations=[
            f"{found.get('message', '')}\n{found.text or ''}".strip()
            for kind in ("failure", "error", "skipped")
            for found in element.iter(kind)
        ],
        figures={p.get("name", ""): p.get("value", "") for p in element.iter("property")},
        seconds=float(element.get("time", 0)),
    )
