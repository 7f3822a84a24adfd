"""Threads that are woken by anything and at any moment."""

from __future__ import annotations

import _thread
import os
import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Background:
    """A thread that runs `work`, which calls `sleep` before each turn and must not raise.

    Waking takes no lock, so that signal handlers and finalisers may do it: `threading.Event`, `Condition`
    and `Thread.start` can wait for the code that they interrupt. The thread starts with the first call. A
    forked child starts without one.
    """

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._work = work
        self._name = name
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        #: Whether the work will be done soon, since the last wake.
        self.awake = False
        self._stopped = False
        #: Empty once the thread is started. Whoever takes the entry starts it: one step, without a lock.
        self._unstarted = [True]

    def wake(self) -> bool:
        """Have the work done soon; False if no thread can be started (the process is ending)."""
        if not self.awake:
            self.awake = True
            self._wakes.put(None)
        return not self._unstarted or self._start()

    def sleep(self) -> bool:
        """In the thread: wait for the next wake, and return True; False when the thread is to end."""
        threading.current_thread().name = self._name
        self._wakes.get()
        self.awake = False
        return not self._stopped

    def stop(self) -> None:
        """End the thread after the work that it is doing."""
        self._stopped = True
        self._wakes.put(None)

    def _start(self) -> bool:
        try:
            self._unstarted.pop()
        except IndexError:
            return True  # another thread is at it, or what this signal handler has interrupted
        try:
            _thread.start_new_thread(self._work, ())
        except RuntimeError:
            self.awake = False
            self._unstarted.append(True)
            return False
        return True
