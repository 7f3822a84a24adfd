"""Looks at the clock, the network and what was asked, and says whether captures may be delivered now."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from camera_agent import network
from camera_agent.clock import ClockQuality
from camera_agent.delivery import held
from camera_agent.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.clock import Clock
    from camera_agent.delivery import Delivery
    from camera_agent.spool.store import Spool

#: The note that holds up to which sequence number delivery was asked for.
ASKED = "asked"
#: The world is looked at so often at most, seconds.
LOOK_S = 2.0
UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def ask(spool: Spool) -> int:
    """Deliver what waits now, whatever the windows say; also from another process. Gives how many."""
    spool.notes.set(ASKED, str(spool.last_sequence()))
    return spool.counts().pending


class Gate:
    """Whether captures may go. `settings` may be exchanged at any time."""

    def __init__(
        self,
        settings: Delivery,
        spool: Spool,
        clock: Clock,
        *,
        look: Callable[[], Network] = network.here,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._spool, self._clock, self._look, self._monotonic = spool, clock, look, monotonic
        self._network, self._held, self._until = Network(), "", -1.0

    def is_open(self) -> bool:
        """Whether captures may be delivered now."""
        return not self.held()

    def held(self) -> str:
        """Why captures are kept back, as a sentence; empty when they are not."""
        if self._monotonic() >= self._until:
            self._network = self._look()
            self._held = held(self.settings, now=self._moment(), network=self._network, asked=self._asked())
            self._until = self._monotonic() + LOOK_S
        return self._held

    @property
    def network(self) -> Network:
        """The network as last seen."""
        self.held()
        return self._network

    def look_again(self) -> None:
        """Something has changed: the next look is a fresh one."""
        self._until = -1.0

    def _asked(self) -> bool:
        """Whether what was asked for is still on its way."""
        asked = self._spool.notes.get(ASKED)
        if asked is None:
            return False
        oldest = self._spool.oldest_pending()
        if oldest is None or oldest > int(asked):
            self._spool.notes.set(ASKED, None)
            return False
        return True

    def _moment(self) -> datetime | None:
        """Now; None when nobody knows the time."""
        now = self._clock.now()
        if now.quality is ClockQuality.UNKNOWN:
            return None
        return UNIX + timedelta(microseconds=now.wall_ns // 1000)
