"""When captures are delivered: at once, in windows, on certain networks, when asked. Pure decisions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from camera_agent.schedule import Schedule
from camera_agent.tables import Trouble

if TYPE_CHECKING:
    from datetime import datetime

    from camera_agent.network import Network

When = Literal["at_once", "windows", "asked"]
Previews = Literal["never", "behind", "always"]
#: More uploads at once help no link.
MOST_PARALLEL = 8
#: With so few captures waiting the next one is about to be delivered itself.
PROMPT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The settings of the table `[delivery]`."""

    #: `at_once`, in `windows`, or when `asked` (`camera-agent deliver`, or a command of the server).
    when: str = "at_once"
    #: Times of day for `windows`, by this machine's zone, as "22:00..06:00" or "sat,sun 08:00..20:00".
    windows: tuple[str, ...] = ()
    #: Deliver only where the default route goes by one of these interfaces or Wi-Fi names; empty: anywhere.
    networks: tuple[str, ...] = ()
    #: At most so many KiB a second, all uploads together; 0: as fast as it goes.
    rate_kib_s: float = 0.0
    #: So many uploads at once; 1 keeps their order, but for captures over which the server stumbles.
    parallel: int = 1
    #: Nothing passes a capture over which the server stumbles, however long that takes.
    ordered: bool = False
    #: Small copies go ahead, newest first: `never`, `behind` (while originals wait), `always`.
    previews: str = "behind"

    def trouble(self) -> Trouble | None:
        """Why these settings can't work; None when they can."""
        for name, value, choices in (
            ("when", self.when, get_args(When)),
            ("previews", self.previews, get_args(Previews)),
        ):
            if value not in choices:
                told = ", ".join(choices)
                return Trouble(name=name, message=f"{name} must be one of {told}, and is {value!r}.")
        if (trouble := Schedule(windows=self.windows).trouble()) is not None:
            return trouble
        if self.when == "windows" and not self.windows:
            return Trouble(name="when", message="There are no windows to deliver in.", remedy="Add some.")
        if not 0 <= self.rate_kib_s < math.inf:
            return Trouble(name="rate_kib_s", message=f"rate_kib_s can't be {self.rate_kib_s}.")
        if not 1 <= self.parallel <= MOST_PARALLEL:
            told = f"parallel must be from 1 to {MOST_PARALLEL}, and is {self.parallel}."
            return Trouble(name="parallel", message=told)
        return None


def held(settings: Delivery, *, now: datetime | None, network: Network, asked: bool) -> str:
    """Why nothing is delivered now, as a sentence; empty when it may be.

    `now` is None when nobody knows the time: then no window keeps captures back, for a camera whose clock is
    wrong would else never deliver. Who asks overrules windows, not networks.
    """
    if settings.networks and not network.names & set(settings.networks):
        here = " / ".join(sorted(network.names)) or "no network"
        return f"Captures wait for one of the networks {', '.join(settings.networks)}; now there is {here}."
    if asked or settings.when == "at_once":
        return ""
    if settings.when == "asked":
        return "Captures wait until somebody asks for them: camera-agent deliver."
    if now is None or Schedule(windows=settings.windows).opening(now).open:
        return ""
    return f"Captures wait for the next window: {', '.join(settings.windows)}."


def wants_preview(settings: Delivery, *, pending: int, held: bool) -> bool:
    """Whether a capture gets a preview: when its original will not be on the server soon anyway."""
    if settings.previews == "behind":
        return held or pending > PROMPT
    return settings.previews == "always"
