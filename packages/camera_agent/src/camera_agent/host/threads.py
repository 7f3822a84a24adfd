"""Threads that end together: when one ends, or on a signal, the main thread stops all."""

from __future__ import annotations

import contextlib
import contextvars
import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


class ThreadGroup:
    """Named threads with one stop event. The first error in any of them is kept."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._error: BaseException | None = None
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)

    def start(self, name: str, work: Callable[[], None], *, essential: bool = False) -> None:
        """Run `work` in a thread. The end of an essential thread, or an error in any, stops all."""
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._guarded, work, essential), name=name, daemon=True
        )
        thread.start()
        self._threads.append(thread)  # only now: another thread may join all of them at any moment

    def request_stop(self) -> None:
        """Request the stop of all threads. Safe to call from any thread."""
        with contextlib.suppress(BlockingIOError):  # it was requested 65536 times
            os.write(self._write, b"\0")

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """Within the context, SIGTERM and SIGINT request the stop.

        The interpreter's own handler in C writes to the pipe: one in Python runs only once the main thread
        comes back from its system call, and a signal that arrives just before it, or in another thread, does
        not bring it back.
        """
        before = {number: signal.signal(number, _ignore_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        signalled = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(signalled)
            for number, handler in before.items():
                signal.signal(number, handler)

    def wait(self) -> None:
        """Block until the stop is requested, then set the stop event."""
        os.read(self._read, 1)
        self.stop.set()

    def join(self, within_s: float) -> bool:
        """Wait at most `within_s` seconds for the threads to end; False when one of them has not."""
        deadline = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def raise_error(self) -> None:
        """Raise the first error of a thread, if there was one."""
        if self._error is not None:
            raise self._error

    def _guarded(self, work: Callable[[], None], essential: bool) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            if not self.stop.is_set():
                self._error = self._error or error
                essential = True
        if essential:
            self.request_stop()


def _ignore_signal(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the signal's number is in the pipe already."""
