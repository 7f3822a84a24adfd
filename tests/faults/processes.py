"""Processes that can be killed, stopped and restarted, and disks that can be filled."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from timelapse.project.stack.child import Child


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ManagedProcess:
    """A child process that can be killed. It tells an expected exit from one by itself."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.expected_exits: list[int] = []
        self._log_offset = 0

    @property
    def name(self) -> str:
        return self.child.name

    @property
    def pid(self) -> int:
        assert self.child.process is not None
        return self.child.process.pid

    def start(self) -> None:
        self._log_offset = len(self.log())
        self.child.start()

    def kill(self) -> None:
        """Kill it by SIGKILL, including its children, which are in the same session."""
        self.expected_exits.append(self.pid)
        self.child.kill()

    def terminate(self, seconds: float = 20) -> int:
        """Send SIGTERM and return the exit code."""
        self.child.terminate()
        assert self.child.wait(seconds), f"{self.name} did not exit {seconds:.0f} s after SIGTERM"
        code = self.child.exit_code
        assert code is not None
        return code

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop it by SIGSTOP and continue it at the end."""
        os.killpg(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.pid, signal.SIGCONT)

    def exited_unexpectedly(self) -> bool:
        return self.child.exit_code is not None and self.pid not in self.expected_exits

    def output(self) -> str:
        """Return its output since the last start."""
        return self.log()[self._log_offset :]

    def log(self) -> str:
        return self.child.log.read_text(errors="replace") if self.child.log.exists() else ""


class Disk:
    """A small file system that can be filled completely."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder, self._size = folder, megabytes
        self.mounted = False

    def mount(self) -> None:
        """Mount it. Without the permission to mount it remains a plain folder, which is never filled."""
        self.folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self._size}m", "tmpfs", str(self.folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0

    def unmount(self) -> None:
        """Unmount it with its content."""
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    @contextmanager
    def filled(self) -> Iterator[None]:
        """Fill it completely and free the space at the end."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            for block in (1 << 20, 1 << 12):
                try:
                    while file.write(bytes(block)) == block:
                        pass
                except OSError:
                    continue
        try:
            yield
        finally:
            filler.unlink()
