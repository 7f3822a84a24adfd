"""Delivers log messages to a store and a callback: the caller only queues, a thread delivers."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from eliot_progress import ids, messages
from eliot_progress.redact import redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eliot_progress.messages import TaskState

_Queue = OrderedDict[str, "Mapping[str, object]"]

#: Tasks that may wait for delivery; beyond it the oldest waiting state is dropped and counted. Running tasks
#: report again; final states are sent once, and wait in a queue of their own.
LIMIT = 10_000


class Publisher(Protocol):
    """Publishes the newest state of a task to those who follow it."""

    def __call__(self, state: TaskState, /) -> None:
        """Publish a state. Called in the outbox's thread; should not block, and may raise."""


class Recorder(Protocol):
    """Something that records messages, such as a store."""

    def record(self, message: Mapping[str, object]) -> None:
        """Record an eliot message. May be slow, and may raise: then it is called again later."""


class Outbox:
    """An eliot destination that keeps the newest report of each task until its thread has delivered it.

    A store that is down slows no caller: newer reports replace older ones, and delivery resumes when it is
    back.
    """

    def __init__(self, store: Recorder | None, on_change: Publisher | None, *, retry_s: float = 0.5) -> None:
        self._store = store
        self._on_change = on_change
        self._retry_s = retry_s
        self._redact = redactor()
        #: Failed deliveries, and states dropped because too many were waiting.
        self.failed = 0
        self.dropped = 0
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._wake = threading.Condition()
        self._running: _Queue = OrderedDict()
        self._ended: _Queue = OrderedDict()
        self._busy = False
        self._thread: threading.Thread | None = None

    def __call__(self, message: Mapping[str, object]) -> None:
        """Queue a message."""
        if message.get("message_type") not in (messages.PROGRESS, messages.HEARTBEAT):
            return
        level = message.get("task_level")
        if not isinstance(level, list):
            return
        key = ids.action_id(str(message.get("task_uuid")), level[:-1])
        with self._wake:
            self._enqueue(key, message)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="eliot-progress-outbox", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def _enqueue(self, key: str, message: Mapping[str, object]) -> None:
        if key in self._ended:
            return
        queue = self._running
        if message.get("outcome") is not None:
            self._running.pop(key, None)
            queue = self._ended
        queue[key] = message
        if len(queue) > LIMIT:
            queue.popitem(last=False)
            self.dropped += 1

    def flush(self, timeout_s: float = 2.0) -> bool:
        """Wait until everything queued is delivered; False if that took longer than `timeout_s`."""
        with self._wake:
            return self._wake.wait_for(lambda: not (self._running or self._ended or self._busy), timeout_s)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._busy = False
                self._wake.notify_all()
                self._wake.wait_for(lambda: bool(self._running or self._ended))
                key, message = (self._ended or self._running).popitem(last=False)
                self._busy = True
            if not self._deliver(message):
                self._requeue(key, message)

    def _requeue(self, key: str, message: Mapping[str, object]) -> None:
        with self._wake:
            if key not in self._running:
                self._enqueue(key, message)
        time.sleep(self._retry_s)  # only this thread waits

    def _deliver(self, message: Mapping[str, object]) -> bool:
        message = self._redact(message)  # in this thread, not in the caller's
        try:
            if self._store is not None:
                self._store.record(message)
        except Exception as error:  # noqa: BLE001 - a store may fail in any way; the work must go on
            self._log_failure("store", error)
            return False
        if self._on_change is not None and (state := messages.parse(message)) is not None:
            try:
                self._on_change(state)
            except Exception as error:  # noqa: BLE001 - as above
                self._log_failure("on_change", error)
        return True

    def _log_failure(self, part: str, error: Exception) -> None:
        """Write the first failure to stderr; only count the others."""
        self.failed += 1
        if self.failed == 1:
            sys.stderr.write(
                f"eliot_progress: the {part} failed ({type(error).__name__}: {error}). The work "
                "continues, states wait for delivery; further failures are only counted.\n"
            )
