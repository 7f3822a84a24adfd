"""HTTP client for a GoPro: short time-outs, resumable downloads, the state as values."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from camera_agent.drivers.base import Options
    from camera_agent.home import Json

PORT = 8080
TIMEOUT_S = 5.0
BLOCK = 1 << 16

#: Numbers of status values in the camera's state.
OVERHEATING, BUSY, ENCODING, STORAGE, CARD_KB, BATTERY = "6", "8", "10", "33", "54", "70"
STORAGE_PROBLEMS = {
    1: "its card is full",
    2: "its card is missing",
    3: "its card needs formatting",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The camera's address; `wired` means USB."""

    host: str
    port: int = PORT
    wired: bool = False

    @classmethod
    def of(cls, options: Options) -> Address:
        """Read the options `address` or `serial`. BadInput for neither, or an invalid one."""
        if "serial" in options:
            digits = str(options["serial"])[-3:]
            if len(digits) != 3 or not digits.isdigit():
                raise BadInput(
                    f"{options['serial']!r} is no serial number of a GoPro.", "It ends in 3 digits."
                )
            return cls(host=f"172.2{digits[0]}.1{digits[1:]}.51", wired=True)
        host, _, port = str(options.get("address", "")).partition(":")
        if not host or (port and not port.isdigit()):
            raise BadInput(
                "The GoPro needs an address.", "Set serial (on USB) or address = '10.5.5.9' (on Wi-Fi)."
            )
        return cls(host=host, port=int(port or PORT))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The camera's state."""

    busy: bool
    overheating: bool
    storage_problem: str
    battery_percent: int
    card_free_bytes: int

    @classmethod
    def of(cls, response: Mapping[str, Json]) -> State:
        """Read the response to a state request."""
        status = response.get("status")
        values = status if isinstance(status, dict) else {}

        def number(key: str) -> int:
            value = values.get(key, 0)
            return int(value) if isinstance(value, int | float) else 0

        return cls(
            busy=bool(number(BUSY) or number(ENCODING)),
            overheating=bool(number(OVERHEATING)),
            storage_problem=STORAGE_PROBLEMS.get(number(STORAGE), ""),
            battery_percent=number(BATTERY),
            card_free_bytes=number(CARD_KB) * 1024,
        )


class GoproHttp:
    """Sends requests to one camera."""

    def __init__(self, address: Address, *, timeout_s: float = TIMEOUT_S) -> None:
        self._address = address
        self._connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout_s)

    def state(self) -> State:
        """Return the camera's state; allowed at any time, also while it is busy."""
        return State.of(self.json("/gopro/camera/state"))

    def json(self, path: str) -> Mapping[str, Json]:
        """Request `path`. DriverError when the camera refuses or does not respond."""
        try:
            self._connection.request("GET", path)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise self._unreachable(error) from error
        if response.status != 200:
            raise DriverError(f"The GoPro refused {path.partition('?')[0]} with {response.status}.")
        try:
            response = json.loads(content or b"{}")
        except ValueError:
            raise DriverError(f"The GoPro's answer to {path.partition('?')[0]} makes no sense.") from None
        return response if isinstance(response, dict) else {}

    def download(self, path: str, target: Path) -> bool:
        """Download the rest of a file to `target`; False when the link broke and another call resumes."""
        have = target.stat().st_size if target.exists() else 0
        try:
            self._connection.request("GET", path, headers={"Range": f"bytes={have}-"} if have else {})
            response = self._connection.getresponse()
            if response.status not in (200, 206):
                response.read()
                raise DriverError(f"The GoPro refused to send {path} with {response.status}.")
            with target.open("ab" if response.status == 206 else "wb") as file:
                length = response.length or 0
                while block := response.read1(BLOCK):  # keeps what arrives before a camera freezes
                    file.write(block)
                whole = file.tell() - (have if response.status == 206 else 0) == length
        except (OSError, http.client.HTTPException):
            return False
        finally:
            # In any case the next request begins on a fresh connection.
            self._connection.close()
        return whole

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _unreachable(self, error: Exception) -> DriverError:
        where = f"{self._address.host}:{self._address.port}"
        return DriverError(
            f"The GoPro at {where} does not answer: {str(error) or type(error).__name__}.",
            "Switch it on; over USB set its connection to GoPro Connect, over Wi-Fi wake it by Bluetooth.",
        )
