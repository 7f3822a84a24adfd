"""One flag for "this process is asked to end", which child processes share with the parent that was asked."""

from __future__ import annotations

import mmap
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

# Anonymous shared memory survives fork: a prefork worker's children see what its main process was told.
_flag = mmap.mmap(-1, 1)


def requested() -> bool:
    """Say whether the process is asked to end."""
    return _flag[0] != 0


def request() -> None:
    """Ask the work in this process, and in its forked children, to stop after the item in hand."""
    _flag[0] = 1


def reset() -> None:
    """Take it back."""
    _flag[0] = 0


@contextmanager
def on_sigterm() -> Generator[None]:
    """Let SIGTERM and SIGINT mean: stop after the item in hand. Only the main thread can change that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {name: signal.signal(name, lambda *_: request()) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        reset()
