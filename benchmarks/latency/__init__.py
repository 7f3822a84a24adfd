"""The processes of `benchmarks/latency.py`: the reference app, and one that reports progress."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ROOT", "Stack", "answer", "emitter", "go", "stack"]

ROOT = Path(__file__).parents[2]
START_S = 300
PAUSE_S = 0.1

#: Runs in the reference app's environment, prints when it sent each count, and exits when its input ends.
EMITTER = """
import json, random, sys, time
import django
django.setup()
from eliot_progress import progress
with progress("Latency", total=int(sys.argv[1]), unit="update") as work:
    print("ready", flush=True)
    sys.stdin.readline()
    # Irregular intervals, so that the result is independent of the phase of the sampling.
    sent, pauses = [], random.Random(7)
    for _ in range(int(sys.argv[1])):
        time.sleep(float(sys.argv[2]) * pauses.uniform(0.5, 1.5))
        sent.append(time.time())
        work.advance()
    print(json.dumps(sent), flush=True)
    sys.stdin.readline()
"""


@dataclass(frozen=True, slots=True)
class Stack:
    """One `./dev up --no-camera`."""

    address: str
    password: str
    home: Path


@contextlib.contextmanager
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="latency-benchmark-") as folder:
        home, output = Path(folder) / "home", Path(folder) / "out"
        environment = os.environ | {"TIMELAPSE_HOME": str(home)}
        for url in ("REDIS_URL", "BROKER_URL", "DATABASE_URL"):
            environment.pop(url, None)
        with output.open("w") as log:
            process = subprocess.Popen(
                ["./dev", "up", "--no-camera", "--port", "0"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield ready(process, output, home)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def ready(process: subprocess.Popen[bytes], output: Path, home: Path) -> Stack:
    deadline = time.monotonic() + START_S
    while True:
        text = output.read_text()
        found = re.search(r"runs at (\S+)\s+Sign in as admin with the password (\S+)", text)
        if found:
            return Stack(found[1], found[2], home)
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The reference app did not start. Its output:\n{text}")
        time.sleep(0.1)


@contextlib.contextmanager
def emitter(running: Stack, updates: int) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "TIMELAPSE_HOME": str(running.home),
        "REDIS_URL": (running.home / "valkey" / "url").read_text(),
        "DJANGO_SETTINGS_MODULE": "timelapse.project.settings",
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-c", EMITTER, str(updates), str(PAUSE_S)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if answer(process) != "ready":
            raise RuntimeError("The emitter did not start; see its error above.")
        try:
            yield process
        finally:
            process.communicate("\n")


def go(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.write("\n")
        process.stdin.flush()


def answer(process: subprocess.Popen[str]) -> str:
    return "" if process.stdout is None else process.stdout.readline().strip()
