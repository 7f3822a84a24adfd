"""A flag that requests this process to shut down. Forked children share it with their parent."""

from __future__ import annotations

import mmap
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

# Anonymous shared memory survives fork: a prefork worker's children see the request to its main process.
_flag = mmap.mmap(-1, 1)


def requested() -> bool:
    """Whether the process should shut down."""
    return _flag[0] != 0


def request() -> None:
    """Request the runs in this process and in its forked children to stop after the current item."""
    _flag[0] = 1


def reset() -> None:
    """Withdraw the request."""
    _flag[0] = 0


@contextmanager
def on_sigterm() -> Generator[None]:
    """Make SIGTERM and SIGINT request a stop after the current item, if this is the main thread."""
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
