"""Delivers log messages to a store and a callback: the caller only queues, a thread delivers."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from eliot_progress import ids, interruptions, messages, parts
from eliot_progress.background import Background
from eliot_progress.complaint import complain
from eliot_progress.redact import redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eliot_progress.messages import TaskState

_Queue = OrderedDict[str, "Mapping[str, object]"]

#: Tasks that may wait for delivery; beyond it the oldest waiting state is dropped and counted. Running tasks
#: report again; final states are sent once, and wait in a queue of their own.
LIMIT = 10_000
#: Seconds between two looks at whether everything is delivered.
_POLL_S = 0.001


_REPORTS = (messages.PROGRESS, messages.HEARTBEAT, parts.PART)


class Publisher(Protocol):
    """Publishes the newest state of a task to those who follow it."""

    def __call__(self, state: TaskState, /) -> None:
        """Publish a state. Called in the outbox's thread; should not block, and may raise."""


class Recorder(Protocol):
    """Something that records messages, such as a store."""

    def record(self, message: Mapping[str, object]) -> TaskState | None:
        """Record an eliot message. May be slow, and may raise: then it is called again later.

        Returns the new state of the whole if the message reports one of its parts, and None otherwise.
        """


class Outbox:
    """An eliot destination that keeps the newest report of each task until its thread has delivered it.

    A store that is down slows no caller: newer reports replace older ones, and delivery resumes when it is
    back. A report that it refuses keeps no other from it.
    """

    def __init__(self, store: Recorder | None, on_change: Publisher | None, *, retry_s: float = 0.5) -> None:
        self._store = store
        self._on_change = on_change
        self._retry_s = retry_s
        self._redact = redactor()
        #: Failed deliveries, and states dropped because too many were waiting.
        self.failed = 0
        self.dropped = 0
        self._reported_dropped = False
        self._thread = Background(self._run, "eliot-progress-outbox")
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        # Their operations are atomic: there is no lock that a signal handler could wait for.
        self._running: _Queue = OrderedDict()
        self._ended: _Queue = OrderedDict()
        self._busy = False

    def __call__(self, message: Mapping[str, object]) -> None:
        """Queue a message."""
        if message.get("message_type") not in _REPORTS:
            return
        try:
            self._add(message)
        except Exception as error:
            interruptions.note(message, error)
            raise

    def _add(self, message: Mapping[str, object]) -> None:
        level = message.get("task_level")
        if not isinstance(level, list):
            return
        key = ids.action_id(str(message.get("task_uuid")), level[:-1])
        self._enqueue(key, message)
        self._thread.wake()

    def _enqueue(self, key: str, message: Mapping[str, object]) -> None:
        if key in self._ended:
            return
        queue = self._running
        if message.get("outcome") is not None:
            self._running.pop(key, None)
            queue = self._ended
        queue[key] = message
        if len(queue) > LIMIT and _oldest(queue) is not None:
            self.dropped += 1

    def flush(self, timeout_s: float = 2.0) -> bool:
        """Wait until everything queued is delivered; False if that took longer than `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while self._running or self._ended or self._busy:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def _run(self) -> None:
        while self._thread.sleep():
            self._deliver_all()

    def _deliver_all(self) -> None:
        self._busy = True
        ends_first = True
        while oldest := self._take(ends_first=ends_first):
            self._report_dropped()
            if not self._deliver(oldest[1]):
                self._requeue(*oldest)
                # The store may refuse this report alone: the other queue comes before it.
                ends_first = oldest[1].get("outcome") is None
        self._busy = False

    def _take(self, *, ends_first: bool) -> tuple[str, Mapping[str, object]] | None:
        """Remove and return what is delivered next; None if nothing is left."""
        first, second = (self._ended, self._running) if ends_first else (self._running, self._ended)
        return _oldest(first) or _oldest(second)

    def _requeue(self, key: str, message: Mapping[str, object]) -> None:
        if message.get("outcome") is not None:
            self._enqueue(key, message)
        elif key not in self._ended:
            self._running.setdefault(key, message)  # unless there is a newer one
        time.sleep(self._retry_s)  # only this thread waits

    def _deliver(self, message: Mapping[str, object]) -> bool:
        whole = None
        try:
            message = self._redact(message)  # in this thread, not in the caller's
            if self._store is not None:
                whole = self._store.record(message)
        except Exception as error:  # noqa: BLE001 - a store may fail in any way; the work must go on
            self._log_failure("store", error)
            return False
        state = messages.parse(message) if whole is None else replace(whole, parts=None)
        if self._on_change is not None and state is not None:
            try:
                self._on_change(state)
            except Exception as error:  # noqa: BLE001 - as above
                self._log_failure("on_change", error)
        return True

    def _report_dropped(self) -> None:
        """Write once to stderr that states are dropped. Only here: who queues may be a signal handler."""
        if self.dropped and not self._reported_dropped:
            self._reported_dropped = True
            complain(
                f"more than {LIMIT:,} states wait for delivery: the oldest are dropped, which is only counted"
                " from now on. Is the store too slow, or away?"
            )

    def _log_failure(self, part: str, error: Exception) -> None:
        """Write the first failure to stderr; only count the others."""
        self.failed += 1
        if self.failed == 1:
            complain(
                f"the {part} failed ({type(error).__name__}: {error}). The work continues, states wait for"
                " delivery; further failures are only counted."
            )


def _oldest(queue: _Queue) -> tuple[str, Mapping[str, object]] | None:
    """Remove and return the oldest entry; None if there is none."""
    try:
        return queue.popitem(last=False)
    except KeyError:
        return None
