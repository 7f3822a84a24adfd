"""How a camera's machine and its agent do, as the agent's last heartbeat told; pure values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What an agent may tell besides its promise; None for what its machine can't tell."""

    #: How good the agent's clock is: synced, estimated or unknown; empty for an agent that doesn't say.
    clock: str = ""
    #: Captures that were ever dropped to make room, and those that also lie on a stick.
    dropped: int | None = None
    exported: int | None = None
    #: Records (gaps, log messages) that wait.
    records: int | None = None
    #: When the oldest capture that waits was taken, RFC 3339.
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
    #: The interface of the default route.
    network: str = ""
    #: The name of the time zone that its clock shows; empty when it did not say, or one not known here.
    timezone: str = ""
    #: Sentences for people: what will go wrong soon.
    warnings: tuple[str, ...] = ()

    def stored(self) -> dict[str, object]:
        """Give what a JSON column takes."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def restored(cls, stored: Mapping[str, object]) -> Self:
        """Read what `stored` gave, by this version or another."""
        known = {one.name for one in fields(cls)}
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
            if name in known
        }
        return cls(**values)  # type: ignore[arg-type] # our own column, written by `stored`


def drain_estimate(*, pending: int, delivered: int, within_s: float, interval_s: float) -> float | None:
    """Estimate in how many seconds a spool is empty; None when it does not get shorter.

    Args:
        pending: captures that wait.
        delivered: frames that arrived within the last ``within_s`` seconds.
        within_s: seconds.
        interval_s: seconds between two captures, which the spool gains meanwhile.
    """
    if pending == 0:
        return 0.0
    net = delivered / within_s - 1 / interval_s
    return pending / net if net > 0 else None
