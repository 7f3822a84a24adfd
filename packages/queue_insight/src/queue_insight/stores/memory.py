"""A store in memory, for tests and for a collector that runs in a thread of its reader."""

from __future__ import annotations

import heapq
import threading
import time
from typing import TYPE_CHECKING

from queue_insight.collector_state import KEPT, KEPT_S, Part
from queue_insight.errors import LeaseLostError
from queue_insight.stores.base import NOTES_KEPT_S, Lease, StoredRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from queue_insight.stores.base import Changes


class MemoryStore:
    """Keeps the records of one collector in this process."""

    keeps_notes = True

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._lease = Lease(holder="", token=0)
        self._leased_until = 0.0
        self._header = b""
        self._written_at = 0.0
        self._expires_at = 0.0
        self._kept_until = 0.0
        #: What senders noted: the last ones, and those before.
        self._notes: dict[str, bytes] = {}
        self._notes_before: dict[str, bytes] = {}
        self._causes: dict[str, str] = {}
        self._notes_until = 0.0
        self._records: dict[Part, dict[str, bytes]] = {part: {} for part in Part}

    def acquire(self, holder: str, *, lease_s: float) -> Lease:
        """Return the lease: this holder's with a new token, unless another one holds it."""
        now = self._clock()
        with self._mutex:
            if self._lease.holder in {"", holder} or now >= self._leased_until:
                self._lease = Lease(holder=holder, token=self._lease.token + 1)
                self._leased_until = now + lease_s
            return self._lease

    def release(self, token: int) -> None:
        """End the lease, unless it has another token."""
        with self._mutex:
            if self._lease.token == token:
                self._lease = Lease(holder="", token=token)

    def write(self, changes: Changes, *, token: int, lease_s: float, retention_s: float) -> None:
        """Write the changes and renew the lease.

        Raises:
            LeaseLostError: the lease has another token.
        """
        now = self._clock()
        with self._mutex:
            if self._lease.token != token or not self._lease.holder:
                raise LeaseLostError
            self._leased_until = now + lease_s
            self._header, self._written_at, self._expires_at = changes.header, now, now + retention_s
            self._kept_until = now + KEPT_S
            if changes.replace:
                self._records |= {part: {} for part in Part if part not in KEPT}
            for part, records in changes.records.items():
                for key, record in records.items():
                    if record is None:
                        self._records[part].pop(key, None)
                    else:
                        self._records[part][key] = record

    def read(self, parts: Collection[Part]) -> StoredRecords | None:
        """Return the header and all records of these parts."""
        now = self._clock()
        with self._mutex:
            if not self._header or now >= self._expires_at:
                return None
            return StoredRecords(
                header=self._header,
                age_s=now - self._written_at,
                records={part: dict(self._records[part]) for part in parts},
            )

    def read_records(self, part: Part, keys: Collection[str] | None) -> Mapping[str, bytes]:
        """Return the records of the part under these keys; None: all."""
        with self._mutex:
            records = self._current(part)
            if keys is None:
                return dict(records)
            return {key: records[key] for key in keys if key in records}

    def task_ids(self, *, prefix: str = "", after: str = "", limit: int) -> Sequence[str]:
        """Return the first ids that begin with `prefix` and follow `after`."""
        with self._mutex:
            following = (
                each for each in self._current(Part.TASKS) if each > after and each.startswith(prefix)
            )
            return heapq.nsmallest(limit, following)

    def note_sent(self, notes: Mapping[str, bytes], *, causes: Mapping[str, str], most: int) -> None:
        """Keep what senders noted of these tasks."""
        with self._mutex:
            self._notes |= notes
            self._causes |= {each: cause for each, cause in causes.items() if cause}
            self._notes_until = self._clock() + NOTES_KEPT_S
            if len(self._notes) > most // 2:
                self._notes_before, self._notes = self._notes, {}
                kept = self._notes_before
                self._causes = {each: cause for each, cause in self._causes.items() if each in kept}

    def caused(self, causal_id: str, *, limit: int) -> Sequence[str]:
        """Return ids of tasks that were noted with this causal id."""
        with self._mutex:
            if self._clock() >= self._notes_until:
                return ()
            return [each for each, cause in self._causes.items() if cause == causal_id][:limit]

    def read_sent(self, ids: Collection[str]) -> Mapping[str, bytes]:
        """Return what senders noted of these tasks."""
        with self._mutex:
            if self._clock() >= self._notes_until:
                return {}
            found = ((each, self._notes.get(each) or self._notes_before.get(each)) for each in ids)
            return {each: note for each, note in found if note is not None}

    def _current(self, part: Part) -> dict[str, bytes]:
        expires_at = self._kept_until if part in KEPT else self._expires_at
        return self._records[part] if self._clock() < expires_at else {}
