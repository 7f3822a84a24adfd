"""Lets captures pass one over which the server stumbles, as long as it takes the others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: A capture that the server stumbled over so often waits for so many seconds while others pass.
STUMBLES, ASIDE_S = 3, 60.0
#: So many are set aside at most: beyond that it is the server that is unwell.
MOST = 8


class Passing:
    """Captures are named by their sequence numbers.

    One is set aside in doubt only: when the next one is stumbled over as well, the server is unwell rather
    than the capture, and it comes back first, so that an outage does not change the order.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._stumbles: dict[int, int] = {}
        self._aside: dict[int, float] = {}
        self._doubted: int | None = None

    def aside(self) -> frozenset[int]:
        """Which are to be passed now."""
        now = self._monotonic()
        return frozenset(one for one, until in self._aside.items() if until > now)

    def stumbled(self, sequence: int) -> None:
        """The server answered that it failed over this one."""
        if self._doubted not in (None, sequence):
            self._aside.pop(self._doubted, None)
            self._doubted = None
            return
        stumbles = self._stumbles[sequence] = self._stumbles.get(sequence, 0) + 1
        if stumbles >= STUMBLES and (sequence in self._aside or len(self._aside) < MOST):
            self._aside[sequence] = self._monotonic() + ASIDE_S
            self._doubted = sequence

    def settled(self, sequence: int) -> None:
        """The server took this one, or refused it: whatever it is that it stumbles over, it is well."""
        self._doubted = None
        self._stumbles.pop(sequence, None)
        self._aside.pop(sequence, None)
