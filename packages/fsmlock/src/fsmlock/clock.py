"""One clock for one host: it counts while the machine sleeps and never follows the wall clock."""

from __future__ import annotations

import time

# CLOCK_BOOTTIME goes on during suspend, so a laptop that wakes up knows its leases are gone.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)

if _CLOCK is None:  # pragma: no cover - not on Linux
    now = time.monotonic
else:

    def now() -> float:
        """Seconds since some fixed moment, the same for every process of this host."""
        return time.clock_gettime(_CLOCK)
