"""The agent's own log messages for the server: some are uploaded at once, the rest on request."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from camera_agent.errors import SpoolError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.home import Json
    from camera_agent.host.clock import Clock, Instant
    from camera_agent.spool.records import Records

#: The newest messages of any type, kept in memory for the command `collect_logs`.
MAX_KEPT = 300
#: Messages of types with this prefix are uploaded by themselves, at most this many per heartbeat.
REPORTED_PREFIX, MAX_REPORTED = "camera:", 60
#: All messages below this many recent commands are uploaded, for the person who issued the command. Commands
#: are executed one by one, so those below an older one are over.
MAX_COMMANDS = 50
#: Messages about progress are of no use to a server that receives heartbeats.
UNREPORTED_SUFFIXES = ("progress", "heartbeat")

_Logged: TypeAlias = "tuple[Instant, Mapping[str, Json]]"


class LogBuffer:
    """An eliot destination; `flush` spools the messages that are to be uploaded."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._newest: deque[_Logged] = deque()
        self._reported: deque[_Logged] = deque()
        self._command_tasks: deque[str] = deque(maxlen=MAX_COMMANDS)
        #: Messages to report that were dropped, and messages since the last `collect` that are not kept.
        self._dropped = self._not_kept = 0

    def __call__(self, message: dict[str, Json]) -> None:
        """Take one message. Cheap, because it is called wherever the agent logs."""
        one = (self._clock.now(), dict(message))
        with self._lock:
            self._newest.append(one)
            if self._is_reported(message):
                self._reported.append(one)
            self._trim()

    def _trim(self) -> None:
        while len(self._newest) > MAX_KEPT:
            self._newest.popleft()
            self._not_kept += 1
        while len(self._reported) > MAX_REPORTED:
            self._reported.popleft()
            self._dropped += 1

    def _is_reported(self, message: Mapping[str, Json]) -> bool:
        kind, task = str(message.get("message_type", "")), str(message.get("task_uuid"))
        if message.get("action_type") == "camera:command" and task not in self._command_tasks:
            self._command_tasks.append(task)
        return not kind.endswith(UNREPORTED_SUFFIXES) and (
            kind.startswith(REPORTED_PREFIX) or task in self._command_tasks
        )

    def flush(self, records: Records) -> None:
        """Spool the messages to upload, and how many were dropped because there were too many."""
        with self._lock:
            reported, dropped = list(self._reported), self._dropped
            self._reported.clear()
            self._dropped = 0
        lost = dropped + len(reported)
        if dropped:
            reported.append((self._clock.now(), {"message_type": "camera:log_left_out", "messages": dropped}))
        try:
            if reported:
                records.log(reported)
        except SpoolError:
            with self._lock:
                self._dropped += lost
            raise

    def collect(self, records: Records) -> tuple[int, int]:
        """Spool all of the newest messages.

        Return how many, and how many older ones since the last call are not kept any more.
        """
        with self._lock:
            newest, reported, not_kept = list(self._newest), list(self._reported), self._not_kept
            self._newest.clear()
            self._reported.clear()
            self._not_kept = 0
        known = {id(message) for _, message in newest}
        older = [one for one in reported if id(one[1]) not in known]
        try:
            records.log([*older, *newest])
        except SpoolError:
            with self._lock:
                self._newest.extendleft(reversed(newest))
                self._reported.extendleft(reversed(reported))
                self._not_kept += not_kept
                self._trim()
            raise
        return len(older) + len(newest), not_kept - len(older)
