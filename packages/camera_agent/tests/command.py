"""The `camera-agent` command in a process of its own, as systemd or a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parent


class Command:
    """`with Command("run", ...) as agent:` runs it; whatever happens it is gone afterwards."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "camera_agent", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, float]:
        """Stop it by a signal: exit code, what it said, seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said, time.monotonic() - started

    def wait(self) -> tuple[int, str, str]:
        """Let it end: exit code, output, what it said."""
        output, said = self.process.communicate(timeout=90)
        return self.process.returncode, output, said
