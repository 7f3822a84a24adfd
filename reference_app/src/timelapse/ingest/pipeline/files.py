"""Writes files atomically and durably: they appear whole or not at all, and survive a power cut."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path


def link(source: Path, target: Path) -> None:
    """Hard-link a synced file to the target, replacing what an earlier attempt left there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_name(target)
    temporary.hardlink_to(source)
    _publish(temporary, target)


def write(target: Path, data: bytes) -> None:
    """Write and sync a file, then rename it to the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_name(target)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _publish(temporary, target)


def _temporary_name(target: Path) -> Path:
    return target.with_name(f".{target.name}.{uuid4().hex}")


def _publish(temporary: Path, target: Path) -> None:
    temporary.replace(target)
    # POSIX: renaming one hard link onto another of the same file does nothing and keeps both names.
    temporary.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
