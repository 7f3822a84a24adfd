"""The interface of a stream of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from queue_insight.event import Events


class EventStream(Protocol):
    """An open subscription to the events of all workers and senders."""

    @property
    def dropped(self) -> int:
        """Messages that arrived and were dropped, because the reader was too slow."""
        ...

    def receive(self, *, timeout_s: float) -> Events:
        """Return the events that have arrived; wait for the first one at most so long.

        Raises what the broker's client raises when the connection is lost.
        """
        ...
