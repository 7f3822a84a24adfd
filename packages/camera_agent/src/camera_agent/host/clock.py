"""The time of a capture, and how far it can be trusted.

A Raspberry Pi has no battery clock: after a power cut it starts in the past.
Each capture therefore has its boot id and the monotonic time in that boot, whose order is always right,
besides the wall time and its quality.
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
#: 1 January 2026: a clock before it has never been set, because this software is newer.
EARLIEST_NS = 1_767_225_600 * 10**9
#: 1 January 2100: a clock after it is wrong as well.
LATEST_NS = 4_102_444_800 * 10**9
#: NTP slews a clock by less than this between two readings; more is a jump.
JUMP_NS = 5 * 10**9
#: The largest drift between two clocks of a machine.
DRIFT = 100e-6
#: The error of a synced clock when the kernel does not report it.
SYNCED_ERROR_MS = 1000.0
#: From Linux's <sys/timex.h>: nothing disciplines the clock.
STA_UNSYNC = 0x0040


class ClockQuality(StrEnum):
    """How far a wall time can be trusted."""

    SYNCED = "synced"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """The order of qualities; higher is better."""
        return ("unknown", "estimated", "synced").index(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A moment: wall time (Unix nanoseconds) with its quality, and the boot's monotonic time."""

    wall_ns: int
    quality: ClockQuality
    boot: str
    monotonic_ns: int


def boot_id(path: Path = BOOT_ID) -> str:
    """Return the id of this boot; without the kernel's, a random one for this process."""
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
    """Return the kernel's maximum clock error, milliseconds; None when nothing disciplines the clock."""
    try:
        timex = _Timex()
        if ctypes.CDLL(None).adjtimex(ctypes.byref(timex)) < 0 or timex.status & STA_UNSYNC:
            return None
    except AttributeError:  # no Linux
        return None
    return float(timex.maxerror) / 1000


def system_is_synced() -> bool:
    """Whether the network has set the system's clock, by systemd's mark or the kernel's state."""
    return SYNCED_MARK.exists() or kernel_error_ms() is not None


def monotonic_ns() -> int:
    """Return nanoseconds since boot, including time asleep where the system can."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFix:
    """The true time of a boot: a moment's Unix time is its monotonic time + `offset_ns`."""

    boot: str
    offset_ns: int
    error_ms: float
    source: Literal["ntp", "server"]

    @property
    def quality(self) -> ClockQuality:
        """The quality of a time corrected by this fix."""
        return ClockQuality.SYNCED if self.source == "ntp" else ClockQuality.ESTIMATED


@dataclass(frozen=True, slots=True, kw_only=True)
class _ServerTime:
    """The server's time, received `at` a monotonic time.

    A better estimate that is earlier, by `ahead_ns` at `since`, is approached at half speed, so that a later
    capture never seems to come before an earlier one.
    """

    fix: ClockFix
    at: int = 0
    ahead_ns: int = 0
    since: int = 0

    def offset_at(self, monotonic: int) -> int:
        """Return the nanoseconds from monotonic to true time that apply at a moment."""
        return self.fix.offset_ns + max(0, self.ahead_ns - max(0, monotonic - self.since) // 2)


class Clock:
    """Returns the time with its quality; takes it from the server while the system was never synced.

    A synced clock does not jump. When it does, somebody has set it, and the monotonic clock is trusted until
    the server confirms the new time.
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
        #: Wall time - monotonic time, when the system's clock was last trusted; and by the server.
        self._system: int | None = None
        self._server: _ServerTime | None = None

    def now(self) -> Instant:
        """Return the present moment by the best source: synced system clock, server's time, system clock."""
        monotonic, wall = self._monotonic(), self._wall_ns()
        quality = ClockQuality.UNKNOWN
        if self._is_plausible(wall, monotonic):
            self._system, quality = wall - monotonic, ClockQuality.SYNCED
        elif self._system is not None:
            wall, quality = monotonic + self._system, ClockQuality.ESTIMATED
        elif self._server is not None:
            wall, quality = monotonic + self._server.offset_at(monotonic), ClockQuality.ESTIMATED
        return Instant(wall_ns=wall, quality=quality, boot=self.boot, monotonic_ns=monotonic)

    def learn(self, server_ns: int, sent_at: int, received_at: int) -> None:
        """Take the server's time, from halfway between request and response (monotonic nanoseconds)."""
        offset, error = server_ns - (sent_at + received_at) // 2, (received_at - sent_at) / 2
        known = self._server
        if known is None or error < known.fix.error_ms * 1e6 + DRIFT * (received_at - known.at):
            fix = ClockFix(boot=self.boot, offset_ns=offset, error_ms=error / 1e6, source="server")
            since = self._monotonic()
            ahead = 0 if known is None else known.offset_at(since) - offset
            # A larger step means that the server's clock was set; then the order is given up.
            ahead = ahead if 0 < ahead <= JUMP_NS else 0
            self._server = _ServerTime(fix=fix, at=received_at, ahead_ns=ahead, since=since)
        if self._system is not None and abs(offset - self._system) > JUMP_NS + error:
            # The server's time decides whether the system's new time is right.
            system = self._wall_ns() - self._monotonic()
            jumped = abs(system - self._system) > JUMP_NS
            if jumped:
                self._system = system if abs(offset - system) <= JUMP_NS + error else offset

    def fix(self) -> ClockFix | None:
        """Return the best fix of this boot; None when nothing is known."""
        if self.now().quality is ClockQuality.SYNCED and self._system is not None:
            error = kernel_error_ms() or SYNCED_ERROR_MS
            return ClockFix(boot=self.boot, offset_ns=self._system, error_ms=error, source="ntp")
        return None if self._server is None else self._server.fix

    def recall(self, fix: ClockFix) -> None:
        """Take the fix that an earlier run in the same boot has stored."""
        if fix.source == "ntp":
            self._system = fix.offset_ns
        else:
            self._server = _ServerTime(fix=fix)

    def _is_plausible(self, wall: int, monotonic: int) -> bool:
        if not self._synced() or not EARLIEST_NS <= wall < LATEST_NS:
            return False
        return self._system is None or abs(wall - monotonic - self._system) <= JUMP_NS
