"""Defers captures that the server fails to store, while it accepts others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: After this many failures a capture is deferred for this many seconds, while others are uploaded.
FAILURES, DEFER_S = 3, 60.0
#: At most this many are deferred at once; with more the fault is the server's.
MAX_DEFERRED = 8
#: Failures are counted for at most this many captures: whoever delivers or drops one may not say so here.
MAX_COUNTED = 64


class DeferredCaptures:
    """Tracks failures of captures, given by their sequence numbers.

    A deferred capture is suspect only. When the next one fails as well, the fault is the server's and not the
    capture's: then the deferral is undone, so that an outage does not change the order.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures: dict[int, int] = {}
        self._deferred_until: dict[int, float] = {}
        self._suspect: int | None = None

    def deferred(self) -> frozenset[int]:
        """Return the captures that are deferred now."""
        now = self._monotonic()
        return frozenset(one for one, until in self._deferred_until.items() if until > now)

    def failed(self, sequence: int) -> None:
        """Record that the server failed to store a capture."""
        if self._suspect not in (None, sequence):
            self._deferred_until.pop(self._suspect, None)
            self._suspect = None
            return
        for one in self._deferred_until.keys() - self.deferred():
            del self._deferred_until[one]  # its time is over; another uploader may have delivered it
        failures = self._failures.pop(sequence, 0) + 1
        self._failures[sequence] = failures  # at the end: the first one failed longest ago
        if len(self._failures) > MAX_COUNTED:
            del self._failures[next(one for one in self._failures if one not in self._deferred_until)]
        if failures >= FAILURES and len(self._deferred_until.keys() - {sequence}) < MAX_DEFERRED:
            self._deferred_until[sequence] = self._monotonic() + DEFER_S
            self._suspect = sequence

    def resolved(self, sequence: int) -> None:
        """Record that the server accepted or refused a capture, so the server works."""
        self._suspect = None
        self._failures.pop(sequence, None)
        self._deferred_until.pop(sequence, None)
