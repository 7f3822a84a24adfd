"""`install(...)`: configures where the messages of this process go."""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from pathlib import Path

import eliot

from eliot_progress.logfile import LogFile
from eliot_progress.outbox import Outbox, Publisher, Recorder
from eliot_progress.reporter import REPORTER


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Installed:
    """What `install` added. `remove` undoes it."""

    outbox: Outbox | None
    log: LogFile | None

    def flush(self, timeout_s: float = 2.0) -> bool:
        """Write the log and deliver the newest states; False if that took longer than `timeout_s`.

        Loops that were left are ended first.
        """
        REPORTER.settle()
        if self.log is not None:
            self.log.flush()
        return self.outbox is None or self.outbox.flush(timeout_s)

    def remove(self) -> None:
        """Deliver what is queued, then stop sending messages there."""
        self.flush()
        _installed.remove(self)
        for destination in (self.outbox, self.log):
            if destination is not None:
                eliot.remove_destination(destination)
        if self.log is not None:
            self.log.close()


def install(
    store: Recorder | None = None,
    on_change: Publisher | None = None,
    log_path: Path | str | None = None,
) -> Installed:
    """Send the messages of this process, and of its forks, to a store, a callback and a log file.

    `store` receives the newest report of each task, `on_change` its state (both in a separate thread, never
    in the caller's), and `log_path` every message as a JSON line.
    """
    outbox = Outbox(store, on_change) if store is not None or on_change is not None else None
    log = LogFile(Path(log_path)) if log_path is not None else None
    added = [destination for destination in (outbox, log) if destination is not None]
    if added:
        eliot.add_destinations(*added)
    installed = Installed(outbox=outbox, log=log)
    _installed.append(installed)
    return installed


_installed: list[Installed] = []


def flush_all() -> None:
    """Deliver what is queued in everything that was installed; waits at most 2 s for each."""
    REPORTER.settle()
    for installed in tuple(_installed):
        installed.flush()


def _flush_at_exit() -> None:
    """Deliver what is queued. Each later message is written at once: threads may stop at any moment."""
    flush_all()
    for installed in tuple(_installed):
        if installed.log is not None:
            installed.log.write_at_once()


atexit.register(_flush_at_exit)
