"""Decides whether captures may be delivered now, from the clock, the network and requests."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from camera_agent.host import network
from camera_agent.host.clock import ClockQuality
from camera_agent.host.network import Network
from camera_agent.protocol.settings import Schedule
from camera_agent.schedule_state import EVALUATION_ERRORS, state_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.host.clock import Clock
    from camera_agent.protocol.settings import DeliverySettings
    from camera_agent.spool.store import Spool

#: The stored key of the sequence number up to which delivery was requested.
DELIVERY_REQUESTED = "deliver_up_to"
#: Clock, network and requests are read at most once in this many seconds.
REFRESH_S = 2.0
UNIX = datetime(1970, 1, 1, tzinfo=UTC)
#: With this few captures pending the original is about to be delivered itself.
PROMPT = 3


def blocked_reason(
    settings: DeliverySettings, *, now: datetime | None, network: Network, requested: bool
) -> str:
    """Return why nothing is delivered now, as a sentence; empty when captures may be delivered.

    `now` is None while the time is unknown: then windows don't apply, or a camera whose clock is wrong might
    never deliver. Nor do windows that can't be evaluated. A request overrules windows, but not networks.
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
    with contextlib.suppress(*EVALUATION_ERRORS):
        if now is None or state_at(Schedule(windows=settings.windows), now).open:
            return ""
        return f"Captures wait for the next window: {', '.join(settings.windows)}."
    return ""


def wants_preview(settings: DeliverySettings, *, pending: int, blocked: bool) -> bool:
    """Whether a capture gets a preview: when its original will not reach the server soon anyway."""
    if settings.previews == "behind":
        return blocked or pending > PROMPT
    return settings.previews == "always"


def request_delivery(spool: Spool) -> int:
    """Request delivery of what is pending, whatever the windows say; return how many captures that is.

    May be called in another process than the agent's.
    """
    spool.key_values.set(DELIVERY_REQUESTED, str(spool.last_sequence()))
    return spool.counts().pending


class DeliveryPolicy:
    """Applies the delivery settings to the present moment. `settings` may be replaced at any time."""

    def __init__(
        self,
        settings: DeliverySettings,
        spool: Spool,
        clock: Clock,
        *,
        read_network: Callable[[], Network] = network.current_network,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._spool, self._clock, self._read_network, self._monotonic = spool, clock, read_network, monotonic
        self._network, self._blocked_reason, self._until = Network(), "", -1.0

    def may_deliver(self) -> bool:
        """Whether captures may be delivered now."""
        return not self.blocked_reason()

    def blocked_reason(self) -> str:
        """Return why captures are kept back, as a sentence; empty when they may be delivered."""
        if self._monotonic() >= self._until:
            self._network = self._read_network()
            self._blocked_reason = blocked_reason(
                self.settings, now=self._moment(), network=self._network, requested=self._is_requested()
            )
            self._until = self._monotonic() + REFRESH_S
        return self._blocked_reason

    @property
    def network(self) -> Network:
        """The network as it was read last."""
        self.blocked_reason()
        return self._network

    def refresh(self) -> None:
        """Forget the last decision, because something has changed."""
        self._until = -1.0

    def _is_requested(self) -> bool:
        """Whether captures are pending whose delivery was requested."""
        requested = self._spool.key_values.get(DELIVERY_REQUESTED)
        if requested is None:
            return False
        oldest = self._spool.oldest_pending()
        if oldest is None or oldest > int(requested):
            self._spool.key_values.set(DELIVERY_REQUESTED, None)
            return False
        return True

    def _moment(self) -> datetime | None:
        """The present moment; None when the time is unknown."""
        now = self._clock.now()
        if now.quality is ClockQuality.UNKNOWN:
            return None
        return UNIX + timedelta(microseconds=now.wall_ns // 1000)
