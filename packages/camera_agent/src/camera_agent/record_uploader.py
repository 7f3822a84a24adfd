"""Brings the records (gaps, log messages) to the server, some with each heartbeat."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from camera_agent.errors import LinkDown
from camera_agent.link.pairing import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.link.client import Client
    from camera_agent.spool.records import Records

#: So many requests at most after one heartbeat: the next one is due.
ROUNDS = 4
#: A server that takes no records, or is not well, is asked again after so many seconds.
NO_DOOR_S, TROUBLE_S = 3600.0, 30.0


class Courier:
    """Sends what waits, and lets go of what the server has."""

    def __init__(
        self, client: Client, records: Records, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._records, self._monotonic = client, records, monotonic
        self._not_before = 0.0

    def carry(self) -> int:
        """Send some of what waits; gives how many records the server has taken."""
        sent = 0
        for _ in range(ROUNDS):
            if self._monotonic() < self._not_before:
                break
            batch, last = self._records.batch()
            if not batch:
                break
            try:
                answer = self._client.post("/records", {"protocol": PROTOCOL, "records": list(batch)})
            except LinkDown:
                self._wait(TROUBLE_S)
                break
            if answer.status == 200 and answer.body.get("stored") == len(batch):
                self._records.taken(last)
                sent += len(batch)
            elif answer.status in (400, 413, 422):
                # It will never take these: what comes after them must not wait for ever.
                self._records.taken(last)
            else:
                self._wait(NO_DOOR_S if answer.status == 404 else answer.retry_after_s or TROUBLE_S)
        return sent

    def _wait(self, seconds: float) -> None:
        self._not_before = self._monotonic() + seconds
