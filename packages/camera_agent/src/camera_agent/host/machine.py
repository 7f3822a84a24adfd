"""The machine's own state, from its battery to its time zone; None for what it can't report."""

from __future__ import annotations

import mmap
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from camera_agent.home import Json

#: Bits of the Raspberry Pi's firmware for present conditions.
THROTTLED = {0x1: "under_voltage", 0x2: "frequency_capped", 0x4: "throttled", 0x8: "hot"}
#: Seconds between calls of the firmware's command, which is slow, and its time-out.
QUERY_INTERVAL_S, TIMEOUT_S = 60.0, 2.0


class Machine:
    """Reads files below `root`, a folder like `/`, and what `command` of the firmware prints.

    `page_bytes` is the size of a page of memory: 16 KiB on a Raspberry Pi 5, on others mostly 4.
    """

    def __init__(
        self, root: Path = Path("/"), *, command: str = "vcgencmd", page_bytes: int = mmap.PAGESIZE
    ) -> None:
        self._root, self._command, self._page_bytes = root, shutil.which(command), page_bytes
        self._throttled, self._queried_at = "", -QUERY_INTERVAL_S

    def metrics(self) -> dict[str, Json]:
        """Return the heartbeat's keys about the machine."""
        return {
            "battery_percent": self.battery_percent(),
            "temperature_c": self.temperature_c(),
            "throttled": [name for bit, name in THROTTLED.items() if self._firmware() & bit],
            "rss_bytes": self.rss_bytes(),
            "timezone": self.timezone(),
        }

    def battery_percent(self) -> float | None:
        """Charge in percent of the first battery that the kernel knows."""
        supplies = sorted(self._root.glob("sys/class/power_supply/*/capacity"))
        return next((found for path in supplies if (found := _number(path)) is not None), None)

    def temperature_c(self) -> float | None:
        """Temperature of the processor, degrees Celsius."""
        thousandths = _number(self._root / "sys/class/thermal/thermal_zone0/temp")
        return None if thousandths is None else round(thousandths / 1000, 1)

    def rss_bytes(self) -> int | None:
        """Resident memory of this process, bytes."""
        try:
            return int((self._root / "proc/self/statm").read_text().split()[1]) * self._page_bytes
        except (OSError, ValueError, IndexError):
            return None

    def timezone(self) -> str | None:
        """Name of the system's time zone, which applies to windows without one."""
        named = os.environ.get("TZ", "").removeprefix(":") or self._linked_zone()
        try:
            return ZoneInfo(named).key
        except (LookupError, ValueError, OSError):
            return None

    def _linked_zone(self) -> str:
        try:
            return (self._root / "etc/localtime").readlink().as_posix().partition("zoneinfo/")[2]
        except OSError:
            return ""

    def _firmware(self) -> int:
        try:
            output = (self._root / "sys/devices/platform/soc/soc:firmware/get_throttled").read_text()
        except OSError:
            output = self._query_firmware()
        found = re.search(r"(?:0x)?([0-9a-fA-F]+)\s*$", output)
        return int(found[1], 16) if found else 0

    def _query_firmware(self) -> str:
        if self._command and time.monotonic() - self._queried_at >= QUERY_INTERVAL_S:
            self._queried_at = time.monotonic()
            try:
                command = [self._command, "get_throttled"]
                self._throttled = subprocess.check_output(command, text=True, timeout=TIMEOUT_S)  # noqa: S603
            except (OSError, subprocess.SubprocessError):
                self._throttled = ""
        return self._throttled


def _number(path: Path) -> float | None:
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None
