"""A store in memory, for tests and for a collector that runs in a thread of its reader."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from queue_insight.collector_state import CollectorState, decode, encode
from queue_insight.stores.base import StoredState

if TYPE_CHECKING:
    from collections.abc import Callable


class MemoryStore:
    """Stores the last state in memory, encoded as in every other store."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._stored: tuple[bytes, float, float] | None = None

    def save(self, state: CollectorState, *, retention_s: float) -> None:
        """Replace the stored state; delete it after `retention_s` seconds."""
        now = self._clock()
        with self._mutex:
            self._stored = (encode(state), now, now + retention_s)

    def load(self) -> StoredState | None:
        """Return the last state, or None when none was saved or it has expired."""
        with self._mutex:
            stored = self._stored
        now = self._clock()
        if stored is None or now >= stored[2]:
            return None
        return StoredState(state=decode(stored[0]), age_s=now - stored[1])
