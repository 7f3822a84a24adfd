"""Suites of faults, one module each, found by ``benchmarks/faults.py``: ``run(effort)`` gives the cases."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long a suite may take; one that goes by seeds takes so many of them, if any are asked for."""

    minutes: float
    seeds: int = 0
    first_seed: int = 1
    #: Seeds that run beside one another.
    at_once: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one case came to: ``violations`` in words (none: it held), and ``figures`` of what was done."""

    case: str
    violations: list[str] = field(default_factory=list)
    figures: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def from_tests(
    folder: str,
    *arguments: str,
    label: str = "",
    env: Mapping[str, str] | None = None,
    postgresql: bool = False,
    at_most_s: float = 3600,
) -> list[Case]:
    """Run a package's own tests, longer than ``./dev test`` does; each test is a case.

    What a test tells with pytest's ``record_property`` is a figure. With ``postgresql`` the command gets a
    server in DATABASE_URL.
    """
    with tempfile.TemporaryDirectory() as reports:
        report = Path(reports) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        command += [f"--junitxml={report}", f"--timeout={at_most_s:.0f}", *arguments]
        if postgresql:
            command = [sys.executable, str(ROOT / "scripts" / "with_postgresql"), *command]
        done = subprocess.run(
            command,
            cwd=ROOT / folder,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if not report.exists():
            return [Case(case=label or folder, violations=[f"The tests did not run:\n{done.stdout}"])]
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
