"""Lets captures pass one over which the server stumbles, as long as it takes the others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: A capture that the server stumbled over so often waits for so many seconds while others pass.
FAILURES, DEFER_S = 3, 60.0
#: So many are set aside at most: beyond that it is the server that is unwell.
MAX_DEFERRED = 8


class DeferredCaptures:
    """Captures are named by their sequence numbers.

    One is set aside in doubt only: when the next one is stumbled over as well, the server is unwell rather
    than the capture, and it comes back first, so that an outage does not change the order.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures: dict[int, int] = {}
        self._deferred_until: dict[int, float] = {}
        self._suspect: int | None = None

    def deferred(self) -> frozenset[int]:
        """Which are to be passed now."""
        now = self._monotonic()
        return frozenset(one for one, until in self._deferred_until.items() if until > now)

    def failed(self, sequence: int) -> None:
        """The server answered that it failed over this one."""
        if self._suspect not in (None, sequence):
            self._deferred_until.pop(self._suspect, None)
            self._suspect = None
            return
        failures = self._failures[sequence] = self._failures.get(sequence, 0) + 1
        if failures >= FAILURES and (
            sequence in self._deferred_until or len(self._deferred_until) < MAX_DEFERRED
        ):
            self._deferred_until[sequence] = self._monotonic() + DEFER_S
            self._suspect = sequence

    def resolved(self, sequence: int) -> None:
        """The server took this one, or refused it: whatever it is that it stumbles over, it is well."""
        self._suspect = None
        self._failures.pop(sequence, None)
        self._deferred_until.pop(sequence, None)
