"""What time a capture was taken, and how far that can be trusted.

A Raspberry Pi has no battery clock: after a power cut it wakes up in the past.
Each capture therefore carries the boot it belongs to and the monotonic time in that boot, which always order
rightly, beside the wall time and its quality.
"""

from __future__ import annotations

import ctypes
import time
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

#: Written into the kernel at each boot; absent on systems other than Linux.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
#: systemd-timesyncd touches this file when the clock has been set from the network.
SYNCED_MARK = Path("/run/systemd/timesync/synchronized")
#: No capture of this software is older: a clock before it (1 Jan 2026) has never been set.
EARLIEST_NS = 1_767_225_600 * 10**9


#: A time after it (1 Jan 2100) is as wrong.
LATEST_NS = 4_102_444_800 * 10**9
#: A clock disciplined by NTP is slewed by less than this between two looks; more is a jump.
JUMP_NS = 5 * 10**9
#: How far two clocks of a machine drift apart, at worst.
DRIFT = 100e-6
#: How wrong a synced clock may be when the kernel does not say.
SYNCED_ERROR_MS = 1000.0
#: Of Linux's <sys/timex.h>: the clock is not disciplined by anything.
STA_UNSYNC = 0x0040


class ClockQuality(StrEnum):
    """How far a wall time can be trusted."""

    SYNCED = "synced"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """More is better."""
        return ("unknown", "estimated", "synced").index(self.value)


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


class _Timex(ctypes.Structure):
    """The beginning of Linux's `struct timex`, with room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def kernel_error_ms() -> float | None:
    """How wrong the kernel thinks its clock is at most, milliseconds; None when nothing keeps it right."""
    try:
        asked = _Timex()
        if ctypes.CDLL(None).adjtimex(ctypes.byref(asked)) < 0 or asked.status & STA_UNSYNC:
            return None
    except AttributeError:  # no Linux
        return None
    return float(asked.maxerror) / 1000


def system_is_synced() -> bool:
    """Whether the network has set the system's clock: by systemd's mark, or by the kernel's own word."""
    return SYNCED_MARK.exists() or kernel_error_ms() is not None


def monotonic_ns() -> int:
    """Nanoseconds since boot, counting time asleep where the system can."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFix:
    """What was learnt of one boot: a moment's true Unix time is its monotonic time + `offset_ns`."""

    boot: str
    offset_ns: int
    error_ms: float
    source: Literal["ntp", "server"]

    @property
    def quality(self) -> ClockQuality:
        """How far a time corrected by it can be trusted."""
        return ClockQuality.SYNCED if self.source == "ntp" else ClockQuality.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class _ServerTime:
    """What the server told, at a monotonic time.

    A better estimate that is earlier, by `ahead_ns` at `since`, is gone over to at half speed: what is taken
    later never seems to come before what was taken earlier.
    """

    fix: ClockFix
    at: int = 0
    ahead_ns: int = 0
    since: int = 0

    def offset_at(self, monotonic: int) -> int:
        """Nanoseconds from the monotonic to the true time, as they count at a moment."""
        return self.fix.offset_ns + max(0, self.ahead_ns - max(0, monotonic - self.since) // 2)


class Clock:
    """Tells the time with its quality; learns it from the server when the system was never synced.

    A clock that was synced once does not jump: when it does all the same, somebody has set it, and the
    monotonic clock is believed until the server confirms the new time.
    """

    def __init__(
        self,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = monotonic_ns,
        synced: Callable[[], bool] = system_is_synced,
        boot: str | None = None,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic = monotonic
        self._synced = synced
        self.boot = boot or boot_id()
        #: Wall time - monotonic time, when the system's clock was last believed; and by the server.
        self._system: int | None = None
        self._server: _ServerTime | None = None

    def now(self) -> Instant:
        """The present moment, by the best source: system clock if synced, server's time, system clock."""
        monotonic, wall = self._monotonic(), self._wall_ns()
        quality = ClockQuality.UNKNOWN
        if self._believable(wall, monotonic):
            self._system, quality = wall - monotonic, ClockQuality.SYNCED
        elif self._system is not None:
            wall, quality = monotonic + self._system, ClockQuality.ESTIMATED
        elif self._server is not None:
            wall, quality = monotonic + self._server.offset_at(monotonic), ClockQuality.ESTIMATED
        return Instant(wall_ns=wall, quality=quality, boot=self.boot, monotonic_ns=monotonic)

    def learn(self, server_ns: int, asked_at: int, answered_at: int) -> None:
        """Take the server's time, halfway between the question and the answer (monotonic nanoseconds)."""
        offset, error = server_ns - (asked_at + answered_at) // 2, (answered_at - asked_at) / 2
        known = self._server
        if known is None or error < known.fix.error_ms * 1e6 + DRIFT * (answered_at - known.at):
            fix = ClockFix(boot=self.boot, offset_ns=offset, error_ms=error / 1e6, source="server")
            since = self._monotonic()
            ahead = 0 if known is None else known.offset_at(since) - offset
            # By more than this the server has set its own clock: then order is lost for the true time.
            ahead = ahead if 0 < ahead <= JUMP_NS else 0
            self._server = _ServerTime(fix=fix, at=answered_at, ahead_ns=ahead, since=since)
        if self._system is not None and abs(offset - self._system) > JUMP_NS + error:
            # The server disagrees with what we believe: it settles whether the system's new time is right.
            system = self._wall_ns() - self._monotonic()
            jumped = abs(system - self._system) > JUMP_NS
            if jumped:
                self._system = system if abs(offset - system) <= JUMP_NS + error else offset

    def fix(self) -> ClockFix | None:
        """The best that is known of this boot now; None when that is nothing."""
        if self.now().quality is ClockQuality.SYNCED and self._system is not None:
            error = kernel_error_ms() or SYNCED_ERROR_MS
            return ClockFix(boot=self.boot, offset_ns=self._system, error_ms=error, source="ntp")
        return None if self._server is None else self._server.fix

    def recall(self, fix: ClockFix) -> None:
        """Take what an earlier run in the same boot had learnt."""
        if fix.source == "ntp":
            self._system = fix.offset_ns
        else:
            self._server = _ServerTime(fix=fix)

    def _believable(self, wall: int, monotonic: int) -> bool:
        if not self._synced() or not EARLIEST_NS <= wall < LATEST_NS:
            return False
        return self._system is None or abs(wall - monotonic - self._system) <= JUMP_NS
