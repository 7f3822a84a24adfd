"""The monotonic clock of this host. It counts through suspend and ignores changes of the wall clock."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# CLOCK_BOOTTIME counts during suspend: a laptop that wakes up knows that its leases have run out.
_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", -1)

#: Seconds since the host was started. All processes of the host see the same value.
now: Callable[[], float] = time.monotonic if _CLOCK < 0 else functools.partial(time.clock_gettime, _CLOCK)


@functools.cache
def boot_id() -> str:
    """Identify the clock that ``now`` reads; empty when that is impossible.

    Processes with the same id may compare their times. The id changes with every boot and, where the kernel
    has them, with the time namespace.
    """
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/time")
        text = f"{boot} {namespace.stat().st_ino if namespace.exists() else ''}"
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    return ""
