"""The one reader of the channel layer in an event loop, for all watchers of a process."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from contextvars import Context
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from timelapse.shared.live.layer import MESSAGE_TYPE, layer

if TYPE_CHECKING:
    from channels.layers import BaseChannelLayer

#: JSON values.
Event = Mapping[str, object]

#: A channel layer that doesn't answer for so long is given up, seconds: whoever joins next tries again.
ANSWERS_WITHIN_S = 10.0

logger = logging.getLogger(__name__)


class Inbox(Protocol):
    """Where the hub puts the events of one watcher. Both methods return at once."""

    def put(self, event: Event) -> None:
        """Take an event."""

    def resync(self) -> None:
        """Forget all waiting events: some were lost, so the watcher has to read everything again."""


class Hub:
    """Joins each group once for all its watchers, and leaves it when the last one goes."""

    def __init__(self, channel_layer: BaseChannelLayer) -> None:
        self.layer = channel_layer
        self._inboxes: defaultdict[str, set[Inbox]] = defaultdict(set)
        self._membership = asyncio.Lock()
        self._channel: str | None = None
        self._reader: asyncio.Task[None] | None = None

    async def join(self, inbox: Inbox, groups: tuple[str, ...]) -> None:
        """Add the inbox to the groups; everything sent after this returns reaches it.

        Raises:
            TimeoutError: the channel layer doesn't answer. Others can still join, which asks it again.
        """
        async with self._membership, asyncio.timeout(ANSWERS_WITHIN_S):
            if self._channel is None:
                self._channel = await self.layer.new_channel()
                # In a context of its own: what it logs belongs to no watcher.
                self._reader = asyncio.create_task(
                    self._read(self._channel), name="live hub", context=Context()
                )
            for group in groups:
                if not self._inboxes[group]:
                    await self.layer.group_add(group, self._channel)
                self._inboxes[group].add(inbox)

    async def leave(self, inbox: Inbox, groups: tuple[str, ...]) -> None:
        """Remove the inbox from the groups, and the process from groups without watchers.

        Raises:
            TimeoutError: the channel layer doesn't answer. The inbox is removed all the same.
        """
        async with self._membership, asyncio.timeout(ANSWERS_WITHIN_S):
            # A group that it could not join has no such inbox.
            joined = [group for group in groups if inbox in self._inboxes.get(group, ())]
            for group in joined:
                self._inboxes[group].discard(inbox)
            for group in joined:
                if not self._inboxes[group]:
                    del self._inboxes[group]
                    if self._channel is not None:
                        await self.layer.group_discard(group, self._channel)

    async def _read(self, channel: str) -> None:
        while True:
            try:
                message = await self.layer.receive(channel)
            except Exception:
                # The layer reconnects by itself, but messages may be lost.
                logger.exception("The channel layer failed; all watchers take a new snapshot.")
                for inbox in {inbox for inboxes in self._inboxes.values() for inbox in inboxes}:
                    inbox.resync()
                await asyncio.sleep(1)
                continue
            if message.get("type") == MESSAGE_TYPE:
                for inbox in tuple(self._inboxes.get(message["group"], ())):
                    inbox.put(message["event"])


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop, which the first call creates."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(layer())
    return _hubs[loop]
