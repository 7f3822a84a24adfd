"""Background threads renew the holds of this process: one thread for the holds of each database alias.

A store in trouble delays only its own holds. Each renewal has a time limit. A thread whose store takes longer
is left behind, and another one, with another connection, renews the remaining holds. A thread ends when there
is nothing left to renew.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import os
import threading
from typing import Protocol

from django.db import connections

from fsmlock import clock

#: An idle thread stays alive this long: the next hold is likely to follow soon, and starting a thread is
#: slow.
_IDLE_TIMEOUT_S = 1.0
_RETRY_S = 0.5
#: A renewal may take at least this long, and at most half the time that the hold still has.
_LEAST_LIMIT_S = 1.0
_WATCH_EVERY_S = 0.25
#: So many threads may wait at the same time for a store that doesn't answer. Then nobody else asks it.
_MOST_LEFT_BEHIND = 2
_log = logging.getLogger("fsmlock")


class Renewable(Protocol):
    """A hold that a thread renews."""

    @property
    def using(self) -> str:
        """The database alias that names the store."""
        ...

    @property
    def deadline(self) -> float:
        """The time (clock.now) at which the hold is lost unless it is renewed."""
        ...

    def renew(self) -> float | None:
        """Renew now. Return the time (clock.now) of the next renewal, or None to end renewal."""
        ...


class Schedule:
    """Which hold to renew next: of those that are due, the one that is lost first. Each step is O(log n)."""

    def __init__(self) -> None:
        self._number = itertools.count()
        #: The number of the only entry of a hold that counts.
        self._valid: dict[Renewable, int] = {}
        self._waiting: list[tuple[float, int, Renewable]] = []
        self._due: list[tuple[float, int, Renewable]] = []

    def __bool__(self) -> bool:
        return bool(self._valid)

    def __contains__(self, hold: Renewable) -> bool:
        return hold in self._valid

    def put(self, hold: Renewable, due: float) -> None:
        """Renew ``hold`` at ``due``, instead of what was said before."""
        number = self._valid[hold] = next(self._number)
        heapq.heappush(self._waiting, (due, number, hold))
        if len(self._waiting) > 2 * len(self._valid) + 64:
            self._waiting = [entry for entry in self._waiting if self._counts(entry)]
            heapq.heapify(self._waiting)

    def drop(self, hold: Renewable) -> None:
        """Don't renew ``hold`` any more."""
        self._valid.pop(hold, None)

    def take(self, now: float) -> Renewable | None:
        """The hold to renew now. It stays in the schedule, but is not due before the next ``put``."""
        while self._waiting and self._waiting[0][0] <= now:
            entry = heapq.heappop(self._waiting)
            if self._counts(entry):
                heapq.heappush(self._due, (entry[2].deadline, entry[1], entry[2]))
        while self._due:
            entry = heapq.heappop(self._due)
            if self._counts(entry):
                return entry[2]
        return None

    def next_due(self) -> float:
        """When to look again; infinity when nothing waits."""
        return self._waiting[0][0] if self._waiting else math.inf

    def _counts(self, entry: tuple[float, int, Renewable]) -> bool:
        return self._valid.get(entry[2]) == entry[1]


class StoreRenewer:
    """Renew the holds of one store, each when it is due."""

    def __init__(self) -> None:
        self._mutex = threading.RLock()  # entered directly, which is faster than by the condition
        self._changed = threading.Condition(self._mutex)
        self._schedule = Schedule()
        self._thread: threading.Thread | None = None
        self._left_behind: set[threading.Thread] = set()
        self._wakes_at = 0.0
        #: The hold that is being renewed now, and when that has taken too long.
        self._renewing: Renewable | None = None
        self._overdue_at = math.inf

    @property
    def is_idle(self) -> bool:
        """Whether it has no thread."""
        return self._thread is None and not self._left_behind

    def add(self, hold: Renewable, due: float) -> None:
        """Renew ``hold`` at ``due`` (clock.now), then whenever its ``renew`` asks for it."""
        with self._mutex:
            self._schedule.put(hold, due)
            if self._thread is None:
                self._start()
            elif due < self._wakes_at:
                self._changed.notify_all()

    def remove(self, hold: Renewable) -> None:
        """Stop renewing ``hold``."""
        with self._mutex:
            self._schedule.drop(hold)

    def leave_overdue(self, now: float) -> None:
        """If a renewal takes too long, leave its thread behind and go on in another one."""
        with self._changed:
            thread, hold = self._thread, self._renewing
            if thread is None or hold is None or now < self._overdue_at:
                return
            if len(self._left_behind) >= _MOST_LEFT_BEHIND:
                return
            _log.warning("The store of %r takes too long to renew a hold, trying again.", hold.using)
            self._start()
            self._left_behind.add(thread)
            if hold in self._schedule:
                self._schedule.put(hold, now)

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="fsmlock-renewal", daemon=True)
        thread.start()  # raises RuntimeError at a limit of the system: then the next hold tries again
        self._renewing, self._overdue_at = None, math.inf
        self._thread = thread

    def _run(self) -> None:
        thread = threading.current_thread()
        try:
            while (hold := self._next(thread)) is not None:
                self._renewed(thread, hold, _renew(hold))
        finally:
            connections.close_all()
            with self._changed:
                self._left_behind.discard(thread)

    def _next(self, thread: threading.Thread) -> Renewable | None:
        """Sleep until a hold is due. None ends the thread: it was left behind, or nothing is left to do."""
        with self._changed:
            idle = False
            while self._thread is thread:
                now = clock.now()
                hold = self._schedule.take(now)
                if hold is not None:
                    self._renewing = hold
                    self._overdue_at = now + max(_LEAST_LIMIT_S, (hold.deadline - now) / 2)
                    return hold
                if self._schedule:
                    idle = False
                    self._sleep(self._schedule.next_due())
                elif idle:
                    self._thread = None
                else:
                    self._sleep(now + _IDLE_TIMEOUT_S)
                    idle = not self._schedule
            return None

    def _renewed(self, thread: threading.Thread, hold: Renewable, due: float | None) -> None:
        with self._changed:
            if due is None:
                self._schedule.drop(hold)
            elif self._thread is thread and hold in self._schedule:
                self._schedule.put(hold, due)
            if self._thread is thread:
                self._renewing, self._overdue_at = None, math.inf

    def _sleep(self, until: float) -> None:
        """Sleep until ``until``, or until a hold is added that is due earlier."""
        self._wakes_at = until
        self._changed.wait(min(max(0.0, until - clock.now()), threading.TIMEOUT_MAX))
        self._wakes_at = 0.0


class Renewer:
    """Renew the holds of this process, those of each store independently of all others."""

    def __init__(self) -> None:
        # Re-entrant, as that of a Condition: a signal handler may take or release a hold at any moment.
        self._lock = threading.RLock()
        self._stores: dict[str, StoreRenewer] = {}
        self._watch: threading.Thread | None = None

    def add(self, hold: Renewable, due: float) -> None:
        """Renew ``hold`` at ``due`` (clock.now), then whenever its ``renew`` asks for it."""
        with self._lock:
            store = self._stores.get(hold.using)
            if store is None:
                store = self._stores[hold.using] = StoreRenewer()
            store.add(hold, due)
            if self._watch is None:
                watch = threading.Thread(target=self._run, name="fsmlock-renewal-watch", daemon=True)
                watch.start()
                self._watch = watch

    def remove(self, hold: Renewable) -> None:
        """Stop renewing ``hold``."""
        store = self._stores.get(hold.using)
        if store is not None:
            store.remove(hold)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(_WATCH_EVERY_S)
            now = clock.now()
            with self._lock:
                for store in self._stores.values():
                    try:
                        store.leave_overdue(now)
                    except RuntimeError as error:  # there can't be another thread now
                        _log.warning("The renewal of holds waits for a slow store: %s", error)
                if all(store.is_idle for store in self._stores.values()):
                    self._watch = None
                    return


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


def replace_renewer(other: Renewer) -> None:
    """Have holds that are acquired from now on renewed by another renewer."""
    global _renewer  # noqa: PLW0603 - one per process
    _renewer = other


def _reset_after_fork() -> None:
    global _renewer  # noqa: PLW0603 - neither threads nor the parent's holds survive a fork
    _renewer = Renewer()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
