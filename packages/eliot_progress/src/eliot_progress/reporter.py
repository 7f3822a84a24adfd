"""One thread a process that looks at all running work and reports it: the caller's loop only counts."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Protocol

#: Seconds between two looks: moved work is reported at most this often.
INTERVAL_S = 0.1
#: A look that takes long is followed by a rest so many times as long: reporting never takes more than a
#: quarter of one core, however much work there is.
_REST = 3


class Reportable(Protocol):
    """Something the pulse looks at."""

    def report_due(self, now: float) -> None:
        """Report what is due at `now` (time.time())."""


class Reporter:
    """The thread. It starts with the first work, sleeps while there is none, and a fork begins with none."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self.interval_s = interval_s
        #: Seconds by which looks come later than they should, since there is so much to look at.
        self.delay_s = 0.0
        #: Reports that failed.
        self.failed = 0
        self._reset()

    def _reset(self) -> None:
        self._wake = threading.Condition()
        self._watched: dict[int, Reportable] = {}
        self._thread: threading.Thread | None = None

    def add(self, work: Reportable) -> None:
        """Look at `work` from now on."""
        with self._wake:
            self._watched[id(work)] = work
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._beat, name="eliot-progress-pulse", daemon=True)
                self._thread.start()
            self._wake.notify()

    def remove(self, work: Reportable) -> None:
        """Look at `work` no longer."""
        with self._wake:
            self._watched.pop(id(work), None)

    def after_fork(self) -> None:
        """In a forked child: the parent's work is the parent's to report, and its thread was not copied."""
        self._reset()

    def _look_at(self, work: Reportable, now: float) -> None:
        """One piece of work whose report fails must not silence the others."""
        try:
            work.report_due(now)
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
                    self.delay_s = 0.0
                    wake.wait()
                watched = tuple(self._watched.values())
            now, begun = time.time(), time.monotonic()
            for work in watched:
                self._look_at(work, now)
            took = time.monotonic() - begun
            rest = max(self.interval_s, _REST * took)
            self.delay_s = max(0.0, took + rest - 2 * self.interval_s)
            time.sleep(rest)


REPORTER = Reporter()
os.register_at_fork(after_in_child=REPORTER.after_fork)
