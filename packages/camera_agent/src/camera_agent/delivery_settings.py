"""When captures are delivered: at once, in windows, on certain networks, on request. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.protocol.settings import Schedule
from camera_agent.schedule import state_at

if TYPE_CHECKING:
    from datetime import datetime

    from camera_agent.network import Network
    from camera_agent.protocol.settings import DeliverySettings

#: With this few captures pending the original is about to be delivered itself.
PROMPT = 3


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
    if now is None or state_at(Schedule(windows=settings.windows), now).open:
        return ""
    return f"Captures wait for the next window: {', '.join(settings.windows)}."


def wants_preview(settings: DeliverySettings, *, pending: int, blocked: bool) -> bool:
    """Whether a capture gets a preview: when its original will not reach the server soon anyway."""
    if settings.previews == "behind":
        return blocked or pending > PROMPT
    return settings.previews == "always"
