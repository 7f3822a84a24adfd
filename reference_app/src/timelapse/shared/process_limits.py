"""Limits of memory and processor time for a process that reads what strangers made."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Final

#: What a process takes beside what it reads: the file itself, results, fragments.
_SLACK_BYTES: Final = 128_000_000
#: The signals by which a process ends that a file crashes.
CRASHES: Final = frozenset(
    -number for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL)
)


def begin_limited() -> int:
    """Prepare this process for limits: no core files, no interrupt of a terminal; return its address space.

    Call it before anything is read.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return 0
    return int(statistics.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def limit(empty: int, *, max_bytes: int, seconds: int) -> None:
    """Limit what this process takes from now on; SIGXCPU ends it when its processor time is over.

    Args:
        empty: what `begin_limited` returned.
        max_bytes: address space beyond it.
        seconds: processor time.
    """
    hard = resource.RLIM_INFINITY
    if sys.platform == "linux":  # others count differently, or don't apply it
        resource.setrlimit(resource.RLIMIT_AS, (empty + max_bytes + _SLACK_BYTES, hard))
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))
