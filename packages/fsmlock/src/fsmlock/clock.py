"""One clock for one host: it counts while the machine sleeps and never follows the wall clock."""

from __future__ import annotations

import time

# CLOCK_BOOTTIME goes on during suspend, so a laptop that wakes up knows its leases are gone.
_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", -1)

if _CLOCK < 0:  # pragma: no cover - not on Linux
    now = time.monotonic
else:

    def now() -> float:
        """Seconds since some fixed moment, the same for every process of this host."""
        return time.clock_gettime(_CLOCK)
