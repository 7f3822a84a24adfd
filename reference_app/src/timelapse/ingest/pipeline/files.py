"""Writes files atomically and durably: they appear whole or not at all, and survive a power cut."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from timelapse.shared.full_disk import NO_ROOM

if TYPE_CHECKING:
    from pathlib import Path

_KEEP_SIZE: Final = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
#: Linux's own: posix_fallocate would change the size, which is an upload's offset.
_fallocate = getattr(_libc, "fallocate64", getattr(_libc, "fallocate", None))
if _fallocate is not None:
    _fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]


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


def reserve(descriptor: int, length: int) -> None:
    """Allocate the disk space of a file that will have ``length`` bytes. Its size stays as it is.

    File systems that can't do it allocate nothing.

    Raises:
        OSError: the disk is full.
    """
    if _fallocate is None or _fallocate(descriptor, _KEEP_SIZE, 0, length) == 0:
        return
    error = ctypes.get_errno()
    if error in NO_ROOM:
        raise OSError(error, os.strerror(error))


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
