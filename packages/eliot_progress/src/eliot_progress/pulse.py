"""One thread a process that looks at all running work and reports it: the caller's loop only counts."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Protocol

#: Seconds between two looks: moved work is reported at most this often.
TICK_S = 0.1
#: A look that takes long is followed by a rest so many times as long: reporting never takes more than a
#: quarter of one core, however much work there is.
_REST = 3


class Pulsed(Protocol):
    """Something the pulse looks at."""

    def pulse(self, now: float) -> None:
        """Report what is due at `now` (time.time())."""


class Pulse:
    """The thread. It starts with the first work, sleeps while there is none, and a fork begins with none."""

    def __init__(self, tick_s: float = TICK_S) -> None:
        self.tick_s = tick_s
        #: Seconds by which looks come later than they should, since there is so much to look at.
        self.behind_s = 0.0
        #: Reports that failed.
        self.failed = 0
        self._reset()

    def _reset(self) -> None:
        self._wake = threading.Condition()
        self._watched: dict[int, Pulsed] = {}
        self._thread: threading.Thread | None = None

    def watch(self, work: Pulsed) -> None:
        """Look at `work` from now on."""
        with self._wake:
            self._watched[id(work)] = work
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._beat, name="eliot-progress-pulse", daemon=True)
                self._thread.start()
            self._wake.notify()

    def forget(self, work: Pulsed) -> None:
        """Look at `work` no longer."""
        with self._wake:
            self._watched.pop(id(work), None)

    def after_fork(self) -> None:
        """In a forked child: the parent's work is the parent's to report, and its thread was not copied."""
        self._reset()

    def _look_at(self, work: Pulsed, now: float) -> None:
        """One piece of work whose report fails must not silence the others."""
        try:
            work.pulse(now)
        except Exception as error:  # noqa: BLE001 - whatever failed, all other work must go on being reported
            self.failed += 1
            if self.failed == 1:
                sys.stderr.write(
                    f"eliot_progress: a report failed ({type(error).__name__}: {error}). "
                    "Further ones are only counted.\n"
                )

    def _beat(self) -> None:
        wake = self._wake
        while True:
            with wake:
                while not self._watched:
                    self.behind_s = 0.0
                    wake.wait()
                watched = tuple(self._watched.values())
            now, begun = time.time(), time.monotonic()
            for work in watched:
                self._look_at(work, now)
            took = time.monotonic() - begun
            rest = max(self.tick_s, _REST * took)
            self.behind_s = max(0.0, took + rest - 2 * self.tick_s)
            time.sleep(rest)


PULSE = Pulse()
os.register_at_fork(after_in_child=PULSE.after_fork)
