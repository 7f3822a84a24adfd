"""One clock for one host: it counts while the machine sleeps and never follows the wall clock."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# CLOCK_BOOTTIME goes on during suspend, so a laptop that wakes up knows its leases are gone.
_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", -1)

#: Seconds since some fixed moment, the same for every process of this host.
now: Callable[[], float] = time.monotonic if _CLOCK < 0 else functools.partial(time.clock_gettime, _CLOCK)


@functools.cache
def boot_id() -> str:
    """Which clock ``now`` reads: processes with the same name may compare their times. Empty: unknown.

    It is the boot of the host, and the time namespace where the kernel has them.
    """
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/time")
        words = f"{boot} {namespace.stat().st_ino if namespace.exists() else ''}"
        return hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
    return ""
