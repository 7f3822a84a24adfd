"""Threads that end together: the first that is done, or a signal, wakes the main thread, which stops them all."""

from __future__ import annotations

import contextvars
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: All threads together have this many seconds to end; what is on disk is safe either way.
STOP_WITHIN_S = 2.0


class Threads:
    """Named threads under one stop event. The first error is kept and raised by `wait`."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._error: BaseException | None = None
        self._read, self._write = os.pipe()

    def start(self, name: str, work: Callable[[], None], *, essential: bool = False) -> None:
        """Run `work`; when an essential one ends, all end. An error in any of them ends all."""
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._guarded, work, essential), name=name, daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def request_stop(self) -> None:
        """Ask for the end; safe in a signal handler, for it only writes to a pipe."""
        os.write(self._write, b"\0")

    def wait(self) -> None:
        """Block until the end is asked for, or an essential thread is done."""
        os.read(self._read, 1)
        self.stop.set()

    def join(self) -> bool:
        """Wait for the threads to end; False when one did not in time. Raises what one of them raised."""
        deadline = time.monotonic() + STOP_WITHIN_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._error is not None:
            raise self._error
        return not any(thread.is_alive() for thread in self._threads)

    def _guarded(self, work: Callable[[], None], essential: bool) -> None:  # noqa: FBT001 - a thread's argument
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            if not self.stop.is_set():
                self._error = self._error or error
                essential = True
        if essential:
            self.request_stop()


@contextmanager
def stopped_by_signals(request_stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask for the end while inside."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        request_stop()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
