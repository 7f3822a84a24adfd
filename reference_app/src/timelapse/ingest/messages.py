"""The JSON messages of agents, read strictly where it matters and generously elsewhere."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from timelapse.cameras.domain import PROTOCOL, Heartbeat
from timelapse.ingest.domain import malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Longest promise that a heartbeat may make, and longest grace, seconds: a camera silent for a day is late.
_LONGEST_PROMISE_S: Final = 86_400.0
_COUNT_LIMIT: Final = 2**31 - 1
_BYTES_LIMIT: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingRequest:
    """Who wants to be let in."""

    name: str
    driver: str
    model: str
    agent: str


def read_object(body: bytes) -> Mapping[str, object]:
    """Read a JSON object of this protocol's version.

    Raises:
        Refusal: 400, when it is none.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise malformed("The body is not JSON.") from None
    if not isinstance(message, dict):
        raise malformed("The body must be a JSON object.")
    if message.get("protocol") != PROTOCOL:
        raise malformed(
            f"This server speaks protocol {PROTOCOL}, not {message.get('protocol')!r}.",
            code="unknown_protocol",
        )
    return message


def pairing_request(message: Mapping[str, object]) -> PairingRequest:
    """Read who wants to be let in."""
    return PairingRequest(
        name=text(message, "name", 80) or "Camera",
        driver=text(message, "driver", 40, required=True),
        model=text(message, "model", 120),
        agent=text(message, "agent", 80),
    )


def heartbeat(message: Mapping[str, object]) -> Heartbeat:
    """Read a sign of life; what it promises must make sense, the rest may be missing."""
    spool, disk = part(message, "spool"), part(message, "disk")
    versions = part(message, "versions")
    return Heartbeat(
        seq=_count(message, "seq"),
        every_s=_seconds(message, "every_s"),
        grace_s=_seconds(message, "grace_s"),
        state=text(message, "state", 20),
        state_detail=text(message, "state_detail", 500),
        driver=text(message, "driver", 40),
        spool_pending=_count(spool, "pending"),
        spool_bytes=_count(spool, "bytes", _BYTES_LIMIT),
        spool_refused=_count(spool, "refused"),
        disk_free=_count(disk, "free", _BYTES_LIMIT) if "free" in disk else None,
        disk_total=_count(disk, "total", _BYTES_LIMIT) if "total" in disk else None,
        boot=text(message, "boot", 64),
        config_revision=_count(message, "config_revision"),
        config_error=text(part(message, "config_error"), "message", 500),
        versions={_printable(key, 40): text(versions, key, 80) for key in list(versions)[:20]},
    )


def text(message: Mapping[str, object], name: str, limit: int, *, required: bool = False) -> str:
    """Read a text, shortened to ``limit`` letters."""
    value = message.get(name)
    if value is None or value == "":
        if required:
            raise malformed(f"{name!r} is missing.")
        return ""
    if not isinstance(value, str):
        raise malformed(f"{name!r} must be a text.")
    return _printable(value, limit)


def _printable(value: str, limit: int) -> str:
    return "".join(letter for letter in value if letter.isprintable())[:limit]


def part(message: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Read an object; an empty one when it is missing."""
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise malformed(f"{name!r} must be an object.")
    return value


def _count(message: Mapping[str, object], name: str, limit: int = _COUNT_LIMIT) -> int:
    value = message.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= limit:
        raise malformed(f"{name!r} must be a whole number from 0 to {limit}.")
    return value


def _seconds(message: Mapping[str, object], name: str) -> float:
    value = message.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise malformed(f"{name!r} must be a number of seconds.")
    if not 0 < value <= _LONGEST_PROMISE_S:
        raise malformed(f"{name!r} must be more than 0 and at most {_LONGEST_PROMISE_S:.0f} seconds.")
    return float(value)
