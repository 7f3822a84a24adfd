"""Decides which of two events of one task came first, since they may arrive in any order. Pure."""

from __future__ import annotations

from msgspec import Struct


class EventTime(Struct, frozen=True, gc=False):
    """Who sent an event and when."""

    worker: str
    pid: int | None
    #: The sender's logical clock, which grows with each of its events; None when the event has none.
    clock: int | None
    #: Epoch seconds by the collector's clock.
    at: float

    def is_of(self, worker: str, pid: int | None) -> bool:
        """Return whether this process sent it."""
        return self.worker == worker and self.pid == pid

    def precedes(self, other: EventTime) -> bool:
        """Return whether this event was sent before the other one.

        Events of one process are compared by its logical clock. Those of two processes are compared by time,
        which is good enough: a second worker gets a task minutes after the first.
        """
        if self.is_of(other.worker, other.pid):
            return self.clock is not None and other.clock is not None and self.clock < other.clock
        return self.at < other.at
