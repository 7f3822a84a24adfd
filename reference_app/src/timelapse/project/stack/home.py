"""The folder of an installation's state, and its lock against a second stack."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from timelapse.project.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked_home(home: Path) -> Iterator[Path]:
    """Create the folder and lock it; the lock ends with the process.

    Raises:
        StackError: the folder can't be made or written, or another stack uses it.
    """
    try:
        (home / "log").mkdir(parents=True, exist_ok=True)
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
