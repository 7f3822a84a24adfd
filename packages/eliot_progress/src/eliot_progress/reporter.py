"""One thread for each process that samples all running work and reports it; the caller's loop only counts."""

from __future__ import annotations

import os
import time
from typing import Protocol

from eliot_progress.background import Background
from eliot_progress.complaint import complain

#: Seconds between two samples: work that moves is reported at most this often.
INTERVAL_S = 0.1
#: After a slow round the thread sleeps this many times as long as the round took, so that reporting never
#: uses more than a quarter of one core, however much work there is.
_REST_FACTOR = 3


class Reportable(Protocol):
    """Work that the reporter samples."""

    def report_due(self, now: float) -> None:
        """Send the report that is due at `now` (`time.monotonic()`), if any."""

    def settle(self) -> None:
        """End now if the work was left and waits for its end."""


class Reporter:
    """The reporting thread.

    It starts with the first work and sleeps while there is none. A forked child starts without work.
    """

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self.interval_s = interval_s
        #: Seconds by which a round is late because there is so much to sample.
        self.delay_s = 0.0
        #: Reports that failed.
        self.failed = 0
        self._thread = Background(self._run, "eliot-progress-reporter")
        self._reset()

    def _reset(self) -> None:
        # A dict changes in one operation of the interpreter: no lock that a signal handler could wait for.
        self._work: dict[int, Reportable] = {}

    def add(self, work: Reportable) -> None:
        """Start sampling `work`."""
        self._work[id(work)] = work
        self._thread.wake()

    def remove(self, work: Reportable) -> None:
        """Stop sampling `work`. Unknown work is ignored."""
        self._work.pop(id(work), None)

    def running(self) -> tuple[Reportable, ...]:
        """Return the work that is sampled now."""
        return tuple(self._work.copy().values())

    def settle(self) -> None:
        """End the work whose loops were left, without waiting for the thread."""
        for work in self._work.copy().values():
            work.settle()

    def after_fork(self) -> None:
        """Forget the parent's work in a forked child: the parent reports it."""
        self._reset()

    def _report(self, work: Reportable, now: float) -> None:
        """Report one piece of work. A failure must not silence the others."""
        try:
            work.report_due(now)
        except Exception as error:  # noqa: BLE001 - whatever failed, all other work must still be reported
            self.failed += 1
            if self.failed == 1:
                complain(
                    f"a report failed ({type(error).__name__}: {error}). Further failures are only counted."
                )

    def _run(self) -> None:
        while self._thread.sleep():
            self._report_all()

    def _report_all(self) -> None:
        """Report all work round after round, until there is none."""
        while running := self._work.copy():
            started_at = time.monotonic()
            for work in running.values():
                self._report(work, started_at)
            took = time.monotonic() - started_at
            pause = max(self.interval_s, _REST_FACTOR * took)
            self.delay_s = max(0.0, took + pause - 2 * self.interval_s)
            time.sleep(pause)
        self.delay_s = 0.0


REPORTER = Reporter()
os.register_at_fork(after_in_child=REPORTER.after_fork)
