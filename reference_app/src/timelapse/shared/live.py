"""Live changes: one hub a process joins each channel group once, and fans out to all who watch it.

Watchers on one websocket that share a group do not steal each other's messages, a group is left when its
last watcher goes, and a watcher that is too slow is told to take a fresh snapshot instead of being starved.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from contextvars import Context
from typing import cast
from weakref import WeakKeyDictionary

from channels.layers import BaseChannelLayer, get_channel_layer
from django.db import transaction

#: What travels in a change: JSON-able facts. ``None`` from `watch`: the promised time passed in silence.
Change = Mapping[str, object]

_MESSAGE_TYPE = "live.changed"
_QUEUE_SIZE = 64

logger = logging.getLogger(__name__)


def changed(group: str, **payload: object) -> None:
    """Tell everybody who watches the group, once the surrounding transaction (if any) has committed."""
    transaction.on_commit(lambda: send(group, payload), robust=True)


class _Thread(threading.local):
    """One event loop a thread, kept: a new one each time would connect to the channel layer anew."""

    runner: asyncio.Runner | None = None


_thread = _Thread()


def _forget_loops() -> None:
    """Leave the parent's loop and sockets to the parent after a fork."""
    global _thread  # noqa: PLW0603 - the one piece of state that a fork must not share
    _thread = _Thread()


os.register_at_fork(after_in_child=_forget_loops)


def send(group: str, payload: Change) -> None:
    """Tell everybody who watches the group now, from sync code."""
    if _thread.runner is None:
        _thread.runner = asyncio.Runner()
    _thread.runner.run(asend(group, payload))


async def asend(group: str, payload: Change) -> None:
    """Tell everybody who watches the group now, from async code."""
    layer = _layer()
    await layer.group_send(group, {"type": _MESSAGE_TYPE, "group": group, "payload": dict(payload)})


def _layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        msg = "CHANNEL_LAYERS has no 'default': live updates need one, see the deployment guide."
        raise RuntimeError(msg)
    return layer


class Hub:
    """The one reader of the channel layer in an event loop."""

    def __init__(self, layer: BaseChannelLayer) -> None:
        self.layer = layer
        self.dropped = 0
        self._watchers: defaultdict[str, set[asyncio.Queue[Change]]] = defaultdict(set)
        self._membership = asyncio.Lock()
        self._channel: str | None = None
        self._reader: asyncio.Task[None] | None = None

    async def join(self, queue: asyncio.Queue[Change], groups: tuple[str, ...]) -> None:
        """Put the queue on the groups; what is sent after this returns will reach it."""
        async with self._membership:
            if self._channel is None:
                self._channel = await self.layer.new_channel()
                # In a context of its own: what it logs belongs to no watcher.
                self._reader = asyncio.create_task(
                    self._read(self._channel), name="live hub", context=Context()
                )
            for group in groups:
                if not self._watchers[group]:
                    await self.layer.group_add(group, self._channel)
                self._watchers[group].add(queue)

    async def leave(self, queue: asyncio.Queue[Change], groups: tuple[str, ...]) -> None:
        """Take the queue off the groups, and the process off those that nobody watches any more."""
        async with self._membership:
            for group in groups:
                self._watchers[group].discard(queue)
                if not self._watchers[group]:
                    del self._watchers[group]
                    if self._channel is not None:
                        await self.layer.group_discard(group, self._channel)

    async def _read(self, channel: str) -> None:
        while True:
            try:
                message = await self.layer.receive(channel)
            except Exception:
                # The layer reconnects by itself; messages may be lost, so all take a fresh snapshot.
                logger.exception("The channel layer failed; all watchers get a fresh snapshot.")
                self._resync_all()
                await asyncio.sleep(1)
                continue
            if message.get("type") == _MESSAGE_TYPE:
                for queue in tuple(self._watchers.get(message["group"], ())):
                    self._put(queue, message["payload"])

    def _put(self, queue: asyncio.Queue[Change], change: Change) -> None:
        if not queue.full():
            queue.put_nowait(change)
            return
        self.dropped += queue.qsize()
        logger.warning("A watcher fell %d messages behind and gets a fresh snapshot.", queue.qsize())
        self._resync(queue)

    def _resync_all(self) -> None:
        for queue in {queue for queues in self._watchers.values() for queue in queues}:
            self._resync(queue)

    @staticmethod
    def _resync(queue: asyncio.Queue[Change]) -> None:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait({"resync": True})


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Give the hub of the running event loop, made at the first call."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(_layer())
    return _hubs[loop]


async def watch(*groups: str, beat: float, least: float = 0) -> AsyncIterator[Change | None]:
    """Yield each change of the groups, and ``None`` whenever ``beat`` seconds pass without one.

    The first value is always ``{"resync": True}``: by then the groups are joined, so that a snapshot taken on
    it misses nothing. The same change comes again whenever this watcher has been too slow.
    With ``least``, so many seconds pass between two values, and of the changes in between the last one comes:
    for those who look at everything anew whatever has changed.
    """
    queue: asyncio.Queue[Change] = asyncio.Queue(_QUEUE_SIZE)
    the_hub = hub()
    await the_hub.join(queue, groups)
    try:
        yield {"resync": True}
        while True:
            await asyncio.sleep(least)
            change = None
            with suppress(TimeoutError):
                change = await asyncio.wait_for(queue.get(), beat - least)
            while least and not queue.empty():
                change = queue.get_nowait()
            yield change
    finally:
        await asyncio.shield(the_hub.leave(queue, groups))


def needs_snapshot(change: Change | None) -> bool:
    """Say whether the watcher must look at everything anew."""
    return change is not None and cast("bool", change.get("resync", False))
