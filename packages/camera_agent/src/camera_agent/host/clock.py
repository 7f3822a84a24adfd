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
#: systemd-timesyncd touches this file each time it has set the clock from the network.
SYNCED_MARK = Path("/run/systemd/timesync/synchronized")
#: 1 January 2026: a clock before it has never been set, because this software is newer.
EARLIEST_NS = 1_767_225_600 * 10**9
#: 1 January 2100: a clock after it is wrong as well.
LATEST_NS = 4_102_444_800 * 10**9
#: NTP slews a clock by less than this between two readings; more is a jump.
JUMP_NS = 5 * 10**9
#: The largest drift between two clocks of a machine.
DRIFT = 100e-6
#: The largest error of a clock that counts as synced, milliseconds.
SYNCED_ERROR_MS = 1000.0
#: The error of a clock that systemd-timesyncd has just set, milliseconds.
FRESH_ERROR_MS = 100.0
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
    """A moment: wall time (Unix nanoseconds) with its quality, and the boot's monotonic time.

    A wall time outside of 1970 to 2099 (a broken battery clock, the damaged time of a file) becomes the next
    one inside: the server would refuse the capture for good.
    """

    wall_ns: int
    quality: ClockQuality
    boot: str
    monotonic_ns: int

    def __post_init__(self) -> None:
        """Keep the wall time within its bounds."""
        object.__setattr__(self, "wall_ns", min(max(self.wall_ns, 0), LATEST_NS - 1))


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


def system_error_ms() -> float | None:
    """Return the largest error of the system's clock, milliseconds; None when the network never set it.

    It grows with the time since the clock was set last.
    """
    known = [error for error in (kernel_error_ms(), marked_error_ms(SYNCED_MARK)) if error is not None]
    return min(known, default=None)


def marked_error_ms(mark: Path, *, now: Callable[[], float] = time.time) -> float | None:
    """Return the error of a clock that was set when `mark` was touched, milliseconds; None without a mark."""
    try:
        age_s = abs(now() - mark.stat().st_mtime)
    except OSError:
        return None
    return FRESH_ERROR_MS + DRIFT * age_s * 1000


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

    `error_ms` returns the largest error of the system's clock, None while nothing sets it. Beyond
    `SYNCED_ERROR_MS` it is not synced any more, and the server's time is taken where it is better.
    A synced clock does not jump. When it does, somebody has set it, and the monotonic clock is trusted until
    the server confirms the new time.
    """

    def __init__(
        self,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = monotonic_ns,
        error_ms: Callable[[], float | None] = system_error_ms,
        boot: str | None = None,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic = monotonic
        self._error_ms = error_ms
        self.boot = boot or boot_id()
        #: Wall time - monotonic time, when the system's clock was last trusted, and the monotonic time then.
        self._system: int | None = None
        self._system_at = 0
        self._server: _ServerTime | None = None

    def now(self) -> Instant:
        """Return the present moment by the best source: synced system clock, server's time, system clock."""
        monotonic, wall = self._monotonic(), self._wall_ns()
        quality = ClockQuality.UNKNOWN
        if self._is_plausible(wall, monotonic):
            self._system, self._system_at = wall - monotonic, monotonic
            quality = ClockQuality.SYNCED
        elif self._system is not None and not self._server_is_better(monotonic):
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
            error = self._error_ms()
            known = SYNCED_ERROR_MS if error is None else error
            return ClockFix(boot=self.boot, offset_ns=self._system, error_ms=known, source="ntp")
        return None if self._server is None else self._server.fix

    def recall(self, fix: ClockFix) -> None:
        """Take the fix that an earlier run in the same boot has stored."""
        if fix.source == "ntp":
            self._system = fix.offset_ns
        else:
            self._server = _ServerTime(fix=fix)

    def _is_plausible(self, wall: int, monotonic: int) -> bool:
        error = self._error_ms()
        if error is None or error > SYNCED_ERROR_MS or not EARLIEST_NS <= wall < LATEST_NS:
            return False
        if self._system is None:
            return True
        return abs(wall - monotonic - self._system) <= JUMP_NS + self._drift_ns(monotonic)

    def _server_is_better(self, monotonic: int) -> bool:
        """Whether the system's clock has been left alone so long that the server's time is closer."""
        if self._server is None:
            return False
        server_ns = self._server.fix.error_ms * 1e6 + DRIFT * (monotonic - self._server.at)
        return SYNCED_ERROR_MS * 1e6 + server_ns < self._drift_ns(monotonic)

    def _drift_ns(self, monotonic: int) -> float:
        """How far the system's clock may have drifted since it was trusted last."""
        return DRIFT * max(0, monotonic - self._system_at)
