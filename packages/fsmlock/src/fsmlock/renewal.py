"""One background thread per process renews all its holds. It ends when there is nothing left to renew."""

from __future__ import annotations

import logging
import os
import threading
from typing import Protocol

from django.db import connections

from fsmlock import clock

#: An idle thread stays alive this long: the next hold is likely to follow soon, and starting a thread is
#: slow.
_IDLE_TIMEOUT_S = 1.0
_RETRY_S = 0.5
_log = logging.getLogger("fsmlock")


class Renewable(Protocol):
    """A hold that the thread renews."""

    def renew(self) -> float | None:
        """Renew now. Return the time (clock.now) of the next renewal, or None to end renewal."""
        ...


class Renewer:
    """Call ``renew`` on each registered hold when it is due."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[Renewable, float] = {}
        self._thread: threading.Thread | None = None
        self._wakes_at = 0.0

    def add(self, hold: Renewable, due: float) -> None:
        """Renew ``hold`` at ``due`` (clock.now), then whenever its ``renew`` asks for it."""
        with self._changed:
            self._due[hold] = due
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fsmlock-renewal", daemon=True)
                self._thread.start()
            elif due < self._wakes_at:
                self._changed.notify()

    def remove(self, hold: Renewable) -> None:
        """Stop renewing ``hold``."""
        with self._changed:
            self._due.pop(hold, None)

    def _run(self) -> None:
        try:
            while (hold := self._next()) is not None:
                due = _renew(hold)
                with self._changed:
                    if due is None:
                        self._due.pop(hold, None)
                    elif hold in self._due:
                        self._due[hold] = due
        finally:
            connections.close_all()

    def _next(self) -> Renewable | None:
        with self._changed:
            idle = False
            while self._due or not idle:
                if not self._due:
                    idle = self._sleep(clock.now() + _IDLE_TIMEOUT_S)
                    continue
                hold, due = min(self._due.items(), key=lambda pair: pair[1])
                if due <= clock.now():
                    return hold
                self._sleep(due)
            self._thread = None
            return None

    def _sleep(self, until: float) -> bool:
        """Sleep until ``until`` or until a hold is due earlier. Return whether nothing is left to renew."""
        self._wakes_at = until
        self._changed.wait(max(0.0, until - clock.now()))
        self._wakes_at = 0.0
        return not self._due


def _renew(hold: Renewable) -> float | None:
    try:
        return hold.renew()
    except Exception:  # noqa: BLE001 - an error with one hold must not end the renewal of the others
        _log.exception("A hold could not be renewed, trying again.")
        return clock.now() + _RETRY_S


_renewer = Renewer()


def renewer() -> Renewer:
    """The renewer of this process."""
    return _renewer


def _reset_after_fork() -> None:
    global _renewer  # noqa: PLW0603 - neither threads nor the parent's holds survive a fork
    _renewer = Renewer()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
