"""A store inside one process: for tests, and for a collector that runs as a thread of its reader."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from queue_insight.sighting import Sighting, decode, encode
from queue_insight.stores.base import Kept

if TYPE_CHECKING:
    from collections.abc import Callable


class MemoryStore:
    """Keeps the last sighting in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._kept: tuple[bytes, float, float] | None = None

    def save(self, sighting: Sighting, *, keep_for_s: float) -> None:
        """Keep this sighting, encoded as every store keeps it."""
        now = self._clock()
        with self._mutex:
            self._kept = (encode(sighting), now, now + keep_for_s)

    def load(self) -> Kept | None:
        """Return the last sighting, or None."""
        with self._mutex:
            kept = self._kept
        now = self._clock()
        if kept is None or now >= kept[2]:
            return None
        return Kept(sighting=decode(kept[0]), age_s=now - kept[1])
