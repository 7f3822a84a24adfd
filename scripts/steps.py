"""Named steps that run in order or side by side, each with its time and, if it fails, its output."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a run."""

    name: str
    command: list[str]
    folder: Path = ROOT
    env: dict[str, str] = field(default_factory=dict)


def run_quietly(step: Step) -> bool:
    """Run the step and print one line; print its output only if it failed."""
    started = time.monotonic()
    process = subprocess.run(
        step.command,
        cwd=step.folder,
        env=_environment(step),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    passed = process.returncode == 0
    output = "" if passed else "\n" + process.stdout.rstrip()
    print(
        f"{'ok  ' if passed else 'FAIL'} {step.name:<32} {time.monotonic() - started:6.1f} s{output}",
        flush=True,
    )
    return passed


def run_aloud(step: Step) -> bool:
    """Run the step and show its output immediately."""
    print(f"\n=== {step.name}", flush=True)
    started = time.monotonic()
    process = subprocess.run(step.command, cwd=step.folder, env=_environment(step), check=False)
    passed = process.returncode == 0
    print(
        f"=== {step.name}: {'ok' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True
    )
    return passed


def run_side_by_side(steps: Sequence[Step], workers: int = 2) -> list[str]:
    """Run all steps, `workers` at a time, and return the names of those that failed."""
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(run_quietly, steps)
        return [step.name for step, passed in zip(steps, results, strict=True) if not passed]


def _environment(step: Step) -> dict[str, str]:
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | step.env
