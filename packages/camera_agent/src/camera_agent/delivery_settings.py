"""When captures are delivered: at once, in windows, on certain networks, on request. No I/O."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from camera_agent.schedule import Schedule
from camera_agent.settings_table import InvalidSetting

if TYPE_CHECKING:
    from datetime import datetime

    from camera_agent.network import Network

When = Literal["at_once", "windows", "asked"]
Previews = Literal["never", "behind", "always"]
#: More parallel uploads don't make any link faster.
MAX_PARALLEL = 8
#: With this few captures pending the original is about to be delivered itself.
PROMPT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """The settings of the table `[delivery]`."""

    #: `at_once`, in `windows`, or when `asked` to (by `camera-agent deliver`, or by a command of the server).
    when: str = "at_once"
    #: Times of day for `windows`, by this machine's zone, as "22:00..06:00" or "sat,sun 08:00..20:00".
    windows: tuple[str, ...] = ()
    #: Deliver only where the default route goes by one of these interfaces or Wi-Fi names; empty: anywhere.
    networks: tuple[str, ...] = ()
    #: KiB per second, all uploads together; 0: unlimited.
    rate_kib_s: float = 0.0
    #: Parallel uploads; 1 keeps their order, except for captures that the server fails to store.
    parallel: int = 1
    #: Never defer a capture that the server fails to store, however long that takes.
    ordered: bool = False
    #: Previews are sent ahead, newest first: `never`, `behind` (while originals wait), `always`.
    previews: str = "behind"

    def find_invalid(self) -> InvalidSetting | None:
        """Return the first setting that can't work; None when all can."""
        for name, value, choices in (
            ("when", self.when, get_args(When)),
            ("previews", self.previews, get_args(Previews)),
        ):
            if value not in choices:
                known = ", ".join(choices)
                return InvalidSetting(name=name, message=f"{name} must be one of {known}, and is {value!r}.")
        if (invalid := Schedule(windows=self.windows).find_invalid()) is not None:
            return invalid
        if self.when == "windows" and not self.windows:
            return InvalidSetting(
                name="when", message="There are no windows to deliver in.", remedy="Add some."
            )
        if not 0 <= self.rate_kib_s < math.inf:
            return InvalidSetting(name="rate_kib_s", message=f"rate_kib_s can't be {self.rate_kib_s}.")
        if not 1 <= self.parallel <= MAX_PARALLEL:
            message = f"parallel must be from 1 to {MAX_PARALLEL}, and is {self.parallel}."
            return InvalidSetting(name="parallel", message=message)
        return None


def blocked_reason(
    settings: DeliverySettings, *, now: datetime | None, network: Network, requested: bool
) -> str:
    """Return why nothing is delivered now, as a sentence; empty when captures may be delivered.

    `now` is None while the time is unknown: then windows don't apply, or a camera whose clock is wrong might
    never deliver. A request overrules windows, but not networks.
    """
    if settings.networks and not network.names & set(settings.networks):
        current = " / ".join(sorted(network.names)) or "no network"
        return (
            f"Captures wait for one of the networks {', '.join(settings.networks)}; now there is {current}."
        )
    if requested or settings.when == "at_once":
        return ""
    if settings.when == "asked":
        return "Captures wait until their delivery is requested: camera-agent deliver."
    if now is None or Schedule(windows=settings.windows).state_at(now).open:
        return ""
    return f"Captures wait for the next window: {', '.join(settings.windows)}."


def wants_preview(settings: DeliverySettings, *, pending: int, blocked: bool) -> bool:
    """Whether a capture gets a preview: when its original will not reach the server soon anyway."""
    if settings.previews == "behind":
        return blocked or pending > PROMPT
    return settings.previews == "always"
