"""The one folder that holds an installation's state: private, and used by one stack at a time."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from timelapse.project.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked_home(home: Path) -> Iterator[Path]:
    """Create the folder and lock it; the lock ends with the process.

    A folder that is new or empty becomes its owner's alone: it will hold the database, pictures and logs. The
    mode of any other folder is left as it is; see :func:`readable_by_others`.

    Raises:
        StackError: the folder can't be made or written, or another stack uses it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not any(home.iterdir()):
            with suppress(PermissionError):  # somebody else's folder
                home.chmod(0o700)
        (home / "log").mkdir(exist_ok=True)
        descriptor = os.open(home / "stack.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        msg = (
            f"Can't write to {home}: {error.strerror}. Set TIMELAPSE_HOME to a folder that you may write to."
        )
        raise StackError(msg) from error
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = (
                f"Another timelapse stack (process {file.read().strip() or 'unknown'}) is using {home}. "
                "Stop it with Ctrl-C, or set TIMELAPSE_HOME to another folder."
            )
            raise StackError(msg) from error
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield home


def readable_by_others(home: Path) -> bool:
    """Return whether other users of the machine can enter the folder."""
    return bool(home.stat().st_mode & 0o011)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whatever it was before."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
