"""Named steps that run in order or side by side, each with its time and, if it fails, its output."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
#: As for `nice`: a process gets a tenth of what another that is as busy gets with 0.
BACKGROUND = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a run."""

    name: str
    command: list[str]
    folder: Path = ROOT
    env: dict[str, str] = field(default_factory=dict)
    #: Whether it runs beside the others, one at a time, with the niceness BACKGROUND: nothing in it bounds
    #: the time that things take.
    background: bool = False


def run_quietly(step: Step) -> bool:
    """Run the step and print one line with its times; print its output only if it failed."""
    started = time.monotonic()
    with _own_temporary_folder(step) as own:
        process = _start(own, output=subprocess.PIPE)
        printed = cast("IO[str]", process.stdout).read()
        passed, processor_s = _wait(process)
    output = "" if passed else "\n" + printed.rstrip()
    times = f"{time.monotonic() - started:6.1f} s, {processor_s:6.1f} s of a processor"
    # One write, or the lines of steps side by side would mix.
    print(f"{'ok  ' if passed else 'FAIL'} {step.name:<40} {times}{output}\n", end="", flush=True)
    return passed


def run_aloud(step: Step) -> bool:
    """Run the step and show its output immediately."""
    print(f"\n=== {step.name}", flush=True)
    started = time.monotonic()
    with _own_temporary_folder(step) as own:
        passed, processor_s = _wait(_start(own))
    times = f"{time.monotonic() - started:.0f} s, {processor_s:.0f} s of a processor"
    print(f"=== {step.name}: {'ok' if passed else 'FAILED'} in {times}", flush=True)
    return passed


@contextmanager
def _own_temporary_folder(step: Step) -> Iterator[Step]:
    """Yield the step with a folder for pytest's files: steps side by side would tidy up one another's."""
    with tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True) as folder:
        yield replace(step, env=step.env | {"PYTEST_DEBUG_TEMPROOT": folder})


def _start(step: Step, output: int | None = None) -> subprocess.Popen[str]:
    command = ["nice", "-n", str(BACKGROUND if step.background else 0), *step.command]
    return subprocess.Popen(
        command,
        cwd=step.folder,
        env=_environment(step),
        stdout=output,
        stderr=output and subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _wait(process: subprocess.Popen[str]) -> tuple[bool, float]:
    """Return whether the process passed, and its processor time with that of its children, seconds."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode == 0, usage.ru_utime + usage.ru_stime


def run_side_by_side(steps: Sequence[Step], workers: int = 2) -> list[str]:
    """Run all steps in their order, `workers` at a time, and return the names of those that failed.

    Beside them the steps in the background run one by one; who has no other step left takes from these, too.
    """
    others = deque(step for step in steps if not step.background)
    background = deque(step for step in steps if step.background)
    with ThreadPoolExecutor(workers + 1) as pool:
        runs = [pool.submit(_failed_of, others, background) for _ in range(workers)]
        runs.append(pool.submit(_failed_of, background))
        return [name for run in runs for name in run.result()]


def _failed_of(*queues: deque[Step]) -> list[str]:
    """Run what stands in the queues until they are empty; return the names of the steps that failed."""
    return [step.name for queue in queues for step in _taken(queue) if not run_quietly(step)]


def _taken(queue: deque[Step]) -> Iterator[Step]:
    with suppress(IndexError):  # Another thread has taken the last one.
        while True:
            yield queue.popleft()


def _environment(step: Step) -> dict[str, str]:
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | step.env
