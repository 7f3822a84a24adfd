"""What can be killed, stopped and started again: one process and all that belongs to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from timelapse.project.stack.child import Child


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(look: Callable[[], object], what: str, seconds: float = 60) -> object:
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.02)
    return seen


class Victim:
    """A child of the storm. It can be killed, and told apart from one that ended by itself."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.deaths: list[int] = []
        self._said_before = 0

    @property
    def name(self) -> str:
        return self.child.name

    @property
    def pid(self) -> int:
        assert self.child.process is not None
        return self.child.process.pid

    def start(self) -> None:
        self._said_before = len(self.log())
        self.child.start()

    def kill(self) -> None:
        """``kill -9``, of its children too: they are of the same session."""
        self.deaths.append(self.pid)
        self.child.kill()

    def terminate(self, seconds: float = 20) -> int:
        """Ask it to end; give its exit code."""
        self.child.terminate()
        assert self.child.wait(seconds), f"{self.name} did not end {seconds:.0f} s after SIGTERM"
        code = self.child.exit_code
        assert code is not None
        return code

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Hold it by SIGSTOP."""
        os.killpg(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.pid, signal.SIGCONT)

    def ended_by_itself(self) -> bool:
        return self.child.exit_code is not None and self.pid not in self.deaths

    def said(self) -> str:
        """What it has said since it was started last."""
        return self.log()[self._said_before :]

    def log(self) -> str:
        return self.child.log.read_text(errors="replace") if self.child.log.exists() else ""


class Disk:
    """A small disk of its own that can be filled to the last byte."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder, self._size = folder, megabytes
        self.mounted = False

    def mount(self) -> None:
        """Make it; where only root may mount it stays a plain folder, which is never filled."""
        self.folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self._size}m", "tmpfs", str(self.folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0

    def unmount(self) -> None:
        """Let it go, with all that is on it."""
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    @contextmanager
    def filled(self) -> Iterator[None]:
        """Leave no byte free."""
        ballast = self.folder / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for block in (1 << 20, 1 << 12):
                try:
                    while file.write(bytes(block)) == block:
                        pass
                except OSError:
                    continue
        try:
            yield
        finally:
            ballast.unlink()
