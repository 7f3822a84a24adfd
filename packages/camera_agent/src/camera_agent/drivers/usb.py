"""Finds the processes that use a USB device, like `lsof`, in /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

#: Linux's folder of USB devices; a process that uses one has its file open.
DEVICES = "/dev/bus/usb/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A process that has a device open."""

    pid: int
    name: str

    def __str__(self) -> str:
        """Return the process as error messages name it."""
        return f"{self.name} (process {self.pid})"


def holders(devices: str = DEVICES, *, proc: Path = Path("/proc")) -> tuple[Holder, ...]:
    """Return the other processes with an open file below `devices`; other users' only for root."""
    found = (_holder(path, devices) for path in proc.iterdir() if path.name.isdigit())
    return tuple(sorted((one for one in found if one and one.pid != os.getpid()), key=lambda one: one.pid))


def _holder(process: Path, devices: str) -> Holder | None:
    try:
        if any(_target(link).startswith(devices) for link in (process / "fd").iterdir()):
            return Holder(pid=int(process.name), name=(process / "comm").read_text().strip())
    except OSError:  # it has ended, or belongs to another user
        pass
    return None


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed in the meantime
        return ""
