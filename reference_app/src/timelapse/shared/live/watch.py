"""Watching groups: a subscription's loop over the events that concern it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from timelapse.shared.live.hub import hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from timelapse.shared.live.hub import Event

_QUEUE_SIZE = 64
_RESYNC: Event = {"resync": True}

logger = logging.getLogger(__name__)


class EventQueue:
    """An inbox of a bounded number of events. One that is too slow gets a resync instead of old events."""

    #: Events that were dropped in this process.
    dropped = 0

    def __init__(self, accept: Callable[[Event], bool] | None = None) -> None:
        self._accept = accept
        self._queue: asyncio.Queue[Event] = asyncio.Queue(_QUEUE_SIZE)

    def put(self, event: Event) -> None:
        """Add an event, if it is accepted."""
        if self._accept is not None and not self._accept(event):
            return
        if not self._queue.full():
            self._queue.put_nowait(event)
            return
        EventQueue.dropped += self._queue.qsize()
        logger.warning("A watcher is %d events behind and takes a new snapshot.", self._queue.qsize())
        self.resync()

    def resync(self) -> None:
        """Replace all waiting events by a resync."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(_RESYNC)

    async def get(self, timeout_s: float) -> Event | None:
        """Return the next event, or None after ``timeout_s`` seconds without one."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._queue.get(), timeout_s)
        return None

    def last(self) -> Event | None:
        """Return the newest waiting event and drop the others; None if there is none."""
        event = None
        while not self._queue.empty():
            event = self._queue.get_nowait()
        return event


async def watch(
    *groups: str,
    heartbeat_s: float,
    min_interval_s: float = 0,
    accept: Callable[[Event], bool] | None = None,
) -> AsyncIterator[Event | None]:
    """Yield the events of the groups, and ``None`` whenever ``heartbeat_s`` seconds pass without one.

    The first value is always a resync (see ``needs_snapshot``): by then the groups are joined, so a snapshot
    that is taken on it misses nothing. A resync comes again whenever this watcher has been too slow.
    With ``min_interval_s``, that many seconds pass between two values, and only the last event in between
    is yielded: for watchers that read everything again whatever has changed. Events that ``accept`` refuses
    are skipped.
    """
    inbox, the_hub = EventQueue(accept), hub()
    # A watcher that goes at once must not interrupt the layer's first connection, which all others use.
    joining = asyncio.create_task(the_hub.join(inbox, groups))
    try:
        await asyncio.shield(joining)
        yield _RESYNC
        while True:
            await asyncio.sleep(min_interval_s)
            event = await inbox.get(heartbeat_s - min_interval_s)
            yield (inbox.last() if min_interval_s else None) or event
    finally:
        await asyncio.shield(the_hub.leave(inbox, groups))


def needs_snapshot(event: Event | None) -> bool:
    """Whether the watcher has to read everything again: it missed events, or the event says so."""
    return event is not None and cast("bool", event.get("resync", False))
