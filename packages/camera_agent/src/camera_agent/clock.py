"""What time a capture was taken, and how far that can be trusted.

A Raspberry Pi has no battery clock: after a power cut it wakes up in the past.
Each capture therefore carries the boot it belongs to and the monotonic time in that boot, which always order
rightly, beside the wall time and its quality.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Written into the kernel at each boot; absent on systems other than Linux.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
#: systemd-timesyncd touches this file when the clock has been set from the network.
SYNCED_MARK = Path("/run/systemd/timesync/synchronized")
#: No capture of this software is older: a clock before it (1 Jan 2026) has never been set.
EARLIEST_NS = 1_767_225_600 * 10**9


class ClockQuality(StrEnum):
    """How far a wall time can be trusted."""

    SYNCED = "synced"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """One moment: wall time (Unix nanoseconds), its quality, and the same moment on this boot's own clock."""

    wall_ns: int
    quality: ClockQuality
    boot: str
    monotonic_ns: int


def boot_id(path: Path = BOOT_ID) -> str:
    """Name of this boot; without the kernel's, one drawn for the life of this process."""
    try:
        return path.read_text().strip() or _PROCESS_BOOT
    except OSError:
        return _PROCESS_BOOT


_PROCESS_BOOT = str(uuid.uuid4())


def monotonic_ns() -> int:
    """Nanoseconds since boot, counting time asleep where the system can."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """Tells the time with its quality; learns it from the server when the system was never synced.

    `learn()` keeps the difference between the server's time and the monotonic clock. It is used only while
    the system's own clock is not known to be synced.
    """

    def __init__(
        self,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = monotonic_ns,
        synced: Callable[[], bool] = SYNCED_MARK.exists,
        boot: str | None = None,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic = monotonic
        self._synced = synced
        self.boot = boot or boot_id()
        self.offset_ns: int | None = None

    def now(self) -> Instant:
        """The present moment, by the best source: system clock if synced, server's time, system clock."""
        monotonic, wall = self._monotonic(), self._wall_ns()
        quality = ClockQuality.UNKNOWN
        if self._synced() and wall >= EARLIEST_NS:
            quality = ClockQuality.SYNCED
        elif self.offset_ns is not None:
            wall, quality = monotonic + self.offset_ns, ClockQuality.ESTIMATED
        return Instant(wall_ns=wall, quality=quality, boot=self.boot, monotonic_ns=monotonic)

    def learn(self, server_ns: int, asked_at: int, answered_at: int) -> None:
        """Take the server's time, halfway between the question and the answer (monotonic nanoseconds)."""
        self.offset_ns = server_ns - (asked_at + answered_at) // 2
