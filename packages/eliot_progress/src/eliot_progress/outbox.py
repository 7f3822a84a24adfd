"""From the log to those who want the newest state: the caller leaves a note, a thread delivers."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from eliot_progress import ids, messages
from eliot_progress.redact import redactor
from eliot_progress.state import TaskState, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Line = OrderedDict[str, "Mapping[str, object]"]

#: Tasks waiting for delivery at most; beyond it the oldest waiting state is dropped and counted. Running ones
#: tell again; last states never do, and wait in a line of their own.
LIMIT = 10_000


class Recorder(Protocol):
    """Something that takes messages: a store is one."""

    def record(self, message: Mapping[str, object]) -> None:
        """Take an eliot message in. May be slow, and may raise: then it is asked again."""


class Outbox:
    """An eliot destination. Keeps the newest report of each task until its thread has delivered it.

    A store that is down slows nobody: newer reports replace older ones, and delivery goes on when it is back.
    """

    def __init__(
        self, store: Recorder | None, on_change: Callable[[TaskState], None] | None, *, retry_s: float = 0.5
    ) -> None:
        self._store = store
        self._on_change = on_change
        self._retry_s = retry_s
        self._redact = redactor()
        #: Deliveries that failed, and states given up because too many waited.
        self.failed = 0
        self.dropped = 0
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._wake = threading.Condition()
        self._running: _Line = OrderedDict()
        self._ended: _Line = OrderedDict()
        self._busy = False
        self._thread: threading.Thread | None = None

    def __call__(self, message: Mapping[str, object]) -> None:
        """Note a message."""
        if message.get("message_type") not in (messages.PROGRESS, messages.HEARTBEAT):
            return
        level = message.get("task_level")
        if not isinstance(level, list):
            return
        key = ids.action_id(str(message.get("task_uuid")), level[:-1])
        with self._wake:
            self._note(key, message)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._deliver_all, name="eliot-progress-outbox", daemon=True
                )
                self._thread.start()
            self._wake.notify_all()

    def _note(self, key: str, message: Mapping[str, object]) -> None:
        if key in self._ended:
            return
        line = self._running
        if message.get("outcome") is not None:
            self._running.pop(key, None)
            line = self._ended
        line[key] = message
        if len(line) > LIMIT:
            line.popitem(last=False)
            self.dropped += 1

    def flush(self, timeout_s: float = 2.0) -> bool:
        """Wait until all that was noted is delivered; False when that took longer than `timeout_s`."""
        with self._wake:
            return self._wake.wait_for(lambda: not (self._running or self._ended or self._busy), timeout_s)

    def _deliver_all(self) -> None:
        while True:
            with self._wake:
                self._busy = False
                self._wake.notify_all()
                self._wake.wait_for(lambda: bool(self._running or self._ended))
                key, message = (self._ended or self._running).popitem(last=False)
                self._busy = True
            if not self._deliver(message):
                self._put_back(key, message)

    def _put_back(self, key: str, message: Mapping[str, object]) -> None:
        with self._wake:
            if key not in self._running:
                self._note(key, message)
        time.sleep(self._retry_s)  # this thread's own pace; nobody waits for it

    def _deliver(self, message: Mapping[str, object]) -> bool:
        message = self._redact(message)  # here, not on the caller's time
        try:
            if self._store is not None:
                self._store.record(message)
        except Exception as error:  # noqa: BLE001 - a store may fail in any way; the work must go on
            self._complain("store", error)
            return False
        if self._on_change is not None and (report := messages.parse(message)) is not None:
            try:
                self._on_change(state_of(report))
            except Exception as error:  # noqa: BLE001 - as above
                self._complain("on_change", error)
        return True

    def _complain(self, who: str, error: Exception) -> None:
        """Say it once; then count."""
        self.failed += 1
        if self.failed == 1:
            sys.stderr.write(
                f"eliot_progress: the {who} failed ({type(error).__name__}: {error}). Work goes on, "
                "states wait for delivery; further failures are only counted.\n"
            )
