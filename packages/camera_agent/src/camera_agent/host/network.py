"""The network of this machine: the interface of its default route, and the name of its Wi-Fi."""

from __future__ import annotations

import array
import contextlib
import fcntl
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

#: Linux's tables of routes.
ROUTES, ROUTES6 = Path("/proc/net/route"), Path("/proc/net/ipv6_route")
#: From Linux's wireless.h: the request for a Wi-Fi's name, and the longest name.
SIOCGIWESSID, MAX_NAME = 0x8B1B, 32
RTF_UP, RTF_REJECT = 0x1, 0x200


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The default route's interface (empty: none), and the Wi-Fi's name where it can be read."""

    interface: str = ""
    wifi: str = ""

    @property
    def names(self) -> set[str]:
        """The names by which settings may refer to it."""
        return {self.interface, self.wifi} - {""}


def current_network(routes: Path = ROUTES, routes6: Path = ROUTES6) -> Network:
    """Return the network that the next upload would use."""
    interface = _default4(_lines(routes)) or _default6(_lines(routes6))
    return Network(interface=interface, wifi=_wifi(interface) if interface else "")


def _lines(path: Path) -> list[list[str]]:
    try:
        return [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return []


def _default4(rows: list[list[str]]) -> str:
    """Columns: interface, destination, gateway, flags, references, uses, metric, mask."""
    usable = [
        (int(row[6]), row[0])
        for row in rows[1:]
        if len(row) > 7 and row[1] == row[7] == "00000000" and int(row[3], 16) & RTF_UP
    ]
    return min(usable, default=(0, ""))[1]


def _default6(rows: list[list[str]]) -> str:
    """Columns: destination, prefix, source, prefix, next hop, metric, references, uses, flags, interface."""
    usable = [
        (int(row[5], 16), row[9])
        for row in rows
        if len(row) > 9 and row[0] == "0" * 32 and row[1] == "00" and not int(row[8], 16) & RTF_REJECT
    ]
    return min(((metric, name) for metric, name in usable if name != "lo"), default=(0, ""))[1]


def _wifi(interface: str) -> str:
    """The name of the Wi-Fi that an interface is connected to; empty when it is no Wi-Fi or has no name."""
    name = array.array("B", bytes(MAX_NAME + 1))
    address, _ = name.buffer_info()
    request = bytearray(struct.pack("16sPHH", interface.encode()[:15], address, MAX_NAME, 0) + bytes(16))
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as query:
        fcntl.ioctl(query.fileno(), SIOCGIWESSID, request)
        return name.tobytes().rstrip(b"\0").decode(errors="replace")
    return ""
