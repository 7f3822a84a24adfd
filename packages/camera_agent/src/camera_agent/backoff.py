"""How long to wait before the next attempt."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_S = 0.5
MAX_S = 60.0


class Backoff:
    """Exponential waits with jitter, so that a hundred cameras don't return at the same instant."""

    def __init__(self, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self.failures = 0

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self.failures = 0

    def wait_s(self) -> float:
        """Return the seconds to wait after a failure."""
        self.failures += 1
        ceiling = min(MAX_S, FIRST_S * 2.0 ** min(self.failures - 1, 10))
        return ceiling * (0.5 + 0.5 * self._draw())
