"""States in the memory of this process: for tests, and for programs of one process."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from eliot_progress import parts
from eliot_progress.complaint import complain
from eliot_progress.messages import parse
from eliot_progress.state import TaskState, newer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eliot_progress.messages import Outcome


class MemoryStore:
    """Keeps the `limit` tasks that reported last. `dropped` counts those that it kept no longer."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self.dropped = 0
        self._unlock()
        os.register_at_fork(after_in_child=self._unlock)
        self._states: OrderedDict[str, TaskState] = OrderedDict()
        self._latest: dict[str, str] = {}
        self._superseded: set[str] = set()

    def _unlock(self) -> None:
        # A signal handler may read while its own thread reads.
        self._lock = threading.RLock()

    def record(self, message: Mapping[str, object]) -> TaskState | None:
        """Record an eliot message."""
        state = parse(message)
        if state is not None:
            self._put(state)
            return None
        with self._lock:
            return parts.record(message, self._states.get, self._put)

    def _put(self, state: TaskState) -> bool:
        with self._lock:
            known = self._states.pop(state.id, None)
            self._superseded.discard(state.id)
            self._states[state.id] = state if known is None else newer(known, state)
            if state.about:
                self._point(state)
            if len(self._states) > self._limit:
                self._drop_oldest()
        return True

    def _drop_oldest(self) -> None:
        _, gone = self._states.popitem(last=False)
        self._superseded.discard(gone.id)
        if self._latest.get(gone.about) == gone.id:
            del self._latest[gone.about]
        self.dropped += 1
        if self.dropped == 1:
            complain(
                f"the store in memory keeps {self._limit:,} tasks: those that reported longest ago are"
                " dropped, which is only counted from now on."
            )

    def _point(self, state: TaskState) -> None:
        current = self._states.get(self._latest.get(state.about, ""))
        if current is None or (current.started_at, current.id) <= (state.started_at, state.id):
            self._latest[state.about] = state.id
            if current is not None and current.id != state.id and current.action_type == state.action_type:
                self._superseded.add(current.id)

    def get(self, identifier: str) -> TaskState | None:
        """Return the task with this id, or None."""
        with self._lock:
            return self._states.get(identifier)

    def latest(self, about: str) -> TaskState | None:
        """Return the most recently started task about this object, or None."""
        return self.latest_many([about]).get(about)

    def latest_many(self, abouts: Iterable[str]) -> dict[str, TaskState]:
        """Return the same for many objects at once."""
        with self._lock:
            return {a: self._states[self._latest[a]] for a in abouts if a in self._latest}

    def active(self, limit: int = 100) -> tuple[TaskState, ...]:
        """Return the tasks without an outcome, the most recently started first."""
        with self._lock:
            states, superseded = list(self._states.values()), set(self._superseded)
        running = [state for state in states if state.outcome is None and state.id not in superseded]
        return tuple(sorted(running, key=lambda s: (s.started_at, s.id), reverse=True)[: max(0, limit)])

    def ended(self, limit: int = 100, *, outcome: Outcome | None = None) -> tuple[TaskState, ...]:
        """Return recently ended tasks, the most recently ended first."""
        with self._lock:
            ended = [state for state in list(self._states.values()) if state.outcome is not None]
        matching = (state for state in ended if outcome in (None, state.outcome))
        return tuple(sorted(matching, key=lambda s: (s.heartbeat_at, s.id), reverse=True)[: max(0, limit)])
