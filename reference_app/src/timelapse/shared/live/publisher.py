"""Publishes events: callers only queue them, and one thread with one event loop sends them in order."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import OrderedDict
from itertools import count
from typing import TYPE_CHECKING

from django.db import transaction

from timelapse.shared.live.layer import layer, message

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Events that may wait to be sent; beyond it the oldest are dropped and counted.
_LIMIT = 10_000

logger = logging.getLogger(__name__)


class Publisher:
    """The queue and its thread, which starts with the first event. A forked child starts afresh."""

    def __init__(self) -> None:
        #: Events that were dropped, because too many were waiting or the channel layer failed.
        self.dropped = 0
        self.reset()

    def reset(self) -> None:
        """Start without a thread and without events: after a fork, both belong to the parent."""
        self._wake = threading.Condition()
        self._waiting: OrderedDict[tuple[str, str], dict[str, object]] = OrderedDict()
        self._numbers = count()
        self._sending = self._failed = False
        self._thread: threading.Thread | None = None

    def publish(self, group: str, event: Mapping[str, object], *, key: str = "") -> None:
        """Queue an event."""
        with self._wake:
            place = (group, key or f"#{next(self._numbers)}")
            self._waiting[place] = {**self._waiting.get(place, {}), **event}
            if len(self._waiting) > _LIMIT:
                self._waiting.popitem(last=False)
                self.dropped += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="live-publisher", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def flush(self, timeout_s: float) -> bool:
        """Wait until all events are sent; False if that took longer."""
        with self._wake:
            return self._wake.wait_for(lambda: not (self._waiting or self._sending), timeout_s)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                with self._wake:
                    self._sending = False
                    self._wake.notify_all()
                    self._wake.wait_for(lambda: bool(self._waiting))
                    batch, self._waiting = self._waiting, OrderedDict()
                    self._sending = True
                runner.run(self._send(batch))

    async def _send(self, batch: Mapping[tuple[str, str], Mapping[str, object]]) -> None:
        for (group, _), event in batch.items():
            try:
                await layer().group_send(group, message(group, event))
            except Exception:
                # The layer reconnects by itself; watchers whose connection failed too take a new snapshot.
                self.dropped += 1
                if not self._failed:
                    logger.exception("The channel layer failed; events are dropped until it is back.")
                self._failed = True
            else:
                self._failed = False


_publisher = Publisher()
os.register_at_fork(after_in_child=_publisher.reset)


def publish(group: str, event: Mapping[str, object], *, key: str = "") -> None:
    """Send an event to everybody who watches the group. Never blocks.

    Events of a group are sent in order. One with a `key` is merged into the waiting event of the group with
    the same key, if there is one: its values replace those of the older event.
    """
    _publisher.publish(group, event, key=key)


def flush(timeout_s: float = 2.0) -> bool:
    """Wait until all published events are sent; False if that took longer than `timeout_s`."""
    return _publisher.flush(timeout_s)


class _OnCommit:
    """Publishes an event when the transaction commits."""

    def __init__(self, group: str, key: str, event: dict[str, object]) -> None:
        self.group = group
        self.key = key
        self.event = event

    def __call__(self) -> None:
        publish(self.group, self.event, key=self.key)


def publish_on_commit(group: str, *, key: str = "", **event: object) -> None:
    """Publish an event once the surrounding transaction, if any, has committed.

    Events of one transaction with the same group and `key` are sent as one.
    """
    for _, hook, _ in transaction.get_connection().run_on_commit if key else ():
        if isinstance(hook, _OnCommit) and (hook.group, hook.key) == (group, key):
            hook.event.update(event)
            return
    transaction.on_commit(_OnCommit(group, key, event), robust=True)


def publish_entry(group: str, pk: object) -> None:
    """Publish, once the transaction has committed, that an entry of a list is new, changed or gone."""
    publish_on_commit(group, key=str(pk), entry=str(pk))
