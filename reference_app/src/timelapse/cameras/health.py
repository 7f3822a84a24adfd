"""The health of a camera's machine and agent, from the last heartbeat."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Values that an agent reports; None for what its machine can't measure."""

    #: Quality of the agent's clock: synced, estimated or unknown; empty if not reported.
    clock: str = ""
    #: Captures dropped so far to make room, and pending captures that were exported to a USB drive.
    dropped: int | None = None
    exported: int | None = None
    #: Pending records (gaps, log messages).
    records: int | None = None
    #: When the oldest pending capture was taken, RFC 3339.
    oldest_at: str = ""
    #: When the newest capture was taken, RFC 3339.
    last_captured_at: str = ""
    #: Charge of the machine's battery and of the camera's, 0 to 100.
    battery_percent: float | None = None
    driver_battery_percent: float | None = None
    temperature_c: float | None = None
    #: under_voltage, frequency_capped, throttled, hot.
    throttled: tuple[str, ...] = ()
    rss_bytes: int | None = None
    uptime_s: float | None = None
    #: How often the agent was started within ten minutes, this start included.
    recent_starts: int | None = None
    #: The interface of the default route.
    network: str = ""
    #: Name of the agent's time zone; empty if not reported, or not known here.
    timezone: str = ""
    #: What the focus aid does: off, on or failed; empty if the agent has none. Why it failed.
    focus: str = ""
    focus_message: str = ""
    #: Warnings in plain sentences.
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the value for a JSON column."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Return the health that `to_json` of this or another version stored."""
        known = {one.name for one in fields(cls)}
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
            if name in known
        }
        return cls(**values)  # type: ignore[arg-type] # our own column, written by `to_json`


#: So few pending captures are on their way, and no backlog that grows.
ON_THEIR_WAY: Final = 3


def drain_estimate(*, pending: int, delivered: int, within_s: float, interval_s: float) -> float | None:
    """Estimate in how many seconds a spool will be empty; None if it isn't getting shorter.

    Args:
        pending: number of captures in the spool.
        delivered: frames that arrived within the last ``within_s`` seconds.
        within_s: seconds.
        interval_s: seconds between two captures that are added meanwhile.
    """
    if pending <= ON_THEIR_WAY:
        return pending * interval_s
    net = delivered / within_s - 1 / interval_s
    return pending / net if net > 0 else None
