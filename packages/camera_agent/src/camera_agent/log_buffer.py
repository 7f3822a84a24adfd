"""The agent's own log messages, so that the server can be told: a few at once, the rest when it asks."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.clock import Clock, Instant
    from camera_agent.home import Json
    from camera_agent.spool.records import Records

#: The newest messages, whatever they tell, kept in memory for `collect_logs`.
NEWEST = 300
#: Messages of these types are worth telling by themselves, at most so many a minute.
WORTHY, A_MINUTE = "camera:", 60
#: What the last so many commands caused is told whole: somebody clicked, and follows it.
COMMANDS = 50
#: How progress tells of itself is of no use to a server that hears heartbeats.
DULL = ("progress", "heartbeat")


class Log:
    """An eliot destination; `flush` brings what is worth it into the spool."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._newest: deque[tuple[Instant, Mapping[str, Json]]] = deque(maxlen=NEWEST)
        self._worthy: deque[tuple[Instant, Mapping[str, Json]]] = deque(maxlen=A_MINUTE)
        self._commanded: deque[str] = deque(maxlen=COMMANDS)
        self._left_out = 0

    def __call__(self, message: dict[str, Json]) -> None:
        """Take one message; cheap, for it is called wherever the agent logs."""
        one = (self._clock.now(), dict(message))
        with self._lock:
            self._newest.append(one)
            if self._is_worthy(message):
                self._left_out += len(self._worthy) == self._worthy.maxlen
                self._worthy.append(one)

    def _is_worthy(self, message: Mapping[str, Json]) -> bool:
        told, task = str(message.get("message_type", "")), str(message.get("task_uuid"))
        if message.get("action_type") == "camera:command" and task not in self._commanded:
            self._commanded.append(task)
        return not told.endswith(DULL) and (told.startswith(WORTHY) or task in self._commanded)

    def flush(self, records: Records) -> None:
        """Spool what is worth telling; how many messages were left out is told as well."""
        with self._lock:
            worthy, left_out = list(self._worthy), self._left_out
            self._worthy.clear()
            self._left_out = 0
        if left_out:
            worthy.append((self._clock.now(), {"message_type": "camera:log_left_out", "messages": left_out}))
        if worthy:
            records.log(worthy)

    def collect(self, records: Records) -> int:
        """Spool all of the newest messages; gives how many."""
        with self._lock:
            newest = list(self._newest)
            self._newest.clear()
            self._worthy.clear()
        records.log(newest)
        return len(newest)
