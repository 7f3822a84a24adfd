"""Uploads records (gaps, log messages), some with each heartbeat."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from camera_agent.errors import LinkDown
from camera_agent.protocol import PROTOCOL
from camera_agent.spool.records import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.remote.client import Client
    from camera_agent.spool.records import Records

#: At most this many requests after one heartbeat, because the next one is due.
MAX_BATCHES = 4
#: Seconds until the next try with a server that has no records endpoint, or that failed.
UNSUPPORTED_RETRY_S, RETRY_S = 3600.0, 30.0


class RecordUploader:
    """Sends pending records and deletes those that the server has."""

    def __init__(
        self, client: Client, records: Records, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._records, self._monotonic = client, records, monotonic
        self._not_before, self._limit = 0.0, BATCH

    def upload_pending(self) -> int:
        """Send some of the pending records; return how many the server has accepted."""
        sent = 0
        for _ in range(MAX_BATCHES):
            if self._monotonic() < self._not_before:
                break
            batch, last = self._records.batch(self._limit)
            if not batch:
                break
            try:
                response = self._client.post("/records", {"protocol": PROTOCOL, "records": list(batch)})
            except LinkDown:
                self._pause(RETRY_S)
                break
            if response.status == 200 and response.body.get("stored") == len(batch):
                self._records.delete_up_to(last)
                sent += len(batch)
                self._limit = min(BATCH, 2 * self._limit)
            elif response.status in (400, 413, 422) and response.is_from_app:
                # The server will never accept one of these. Find it by halves: the others are good.
                if len(batch) == 1:
                    self._records.delete_up_to(last)
                self._limit = max(1, len(batch) // 2)
            else:
                unsupported = response.status == 404 and response.is_from_app
                self._pause(UNSUPPORTED_RETRY_S if unsupported else response.retry_after_s or RETRY_S)
        return sent

    def _pause(self, seconds: float) -> None:
        self._not_before = self._monotonic() + seconds
