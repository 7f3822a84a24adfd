"""The `camera-agent` command in a process of its own, as systemd or a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent


class Command:
    """`with Command("run", ...) as agent:` runs it; whatever happens it is gone afterwards."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(TESTS.parent), "PYTHONFAULTHANDLER": "1"}
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

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Stop it by a signal: exit code, what it said. It may not wait for a hanging camera."""
        self.process.send_signal(number)
        try:
            _, said = self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            raise AssertionError(f"It went on here:\n{self.process.communicate()[1]}") from None
        return self.process.returncode, said

    def wait(self) -> tuple[int, str, str]:
        """Let it end: exit code, output, what it said."""
        output, said = self.process.communicate(timeout=90)
        return self.process.returncode, output, said
