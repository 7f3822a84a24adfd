"""Channels: publish what happens to an object to the object's group, after the commit.

Call ``install()`` once, e.g. in an AppConfig's ``ready``. Consumers receive ``{"type": "fsmlock.changed",
"signal": "hold_taken" | ... | "transitioned", ...}`` in the group ``fsmlock.<app>.<model>.<pk>``.
A project that already has a publisher of its own passes it: ``install(publish=...)``.
"""

from __future__ import annotations

import logging
import re
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Protocol

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from fsmlock import signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.dispatch import Signal

    from fsmlock.signals import HoldEvent, TransitionEvent

_log = logging.getLogger("fsmlock")
_SIGNALS = ("hold_taken", "hold_released", "hold_lost", "hold_broken", "cancel_requested", "transitioned")


def group(resource: str) -> str:
    """The group of an object, from ``app.model:pk``: at most 99 of the characters that Channels allows."""
    return ("fsmlock." + re.sub(r"[^A-Za-z0-9_.-]", ".", resource))[:99]


class Publisher(Protocol):
    """Sends an event to everybody who listens to a group. Must not raise; should not block."""

    def __call__(self, group: str, event: Mapping[str, object], /) -> None:
        """Send an event."""


def install(publish: Publisher | None = None) -> None:
    """Start to publish, by default through the channel layer. Calling it again has no effect."""
    for name in _SIGNALS:
        signal: Signal = getattr(signals, name)
        signal.connect(
            partial(_publish, name, publish or _send), weak=False, dispatch_uid=f"fsmlock.channels.{name}"
        )


def _publish(name: str, publish: Publisher, *, event: HoldEvent | TransitionEvent, **_: object) -> None:
    resource = event.resource if isinstance(event, signals.HoldEvent) else f"{event.model}:{event.pk}"
    message = {"type": "fsmlock.changed", "signal": name, **asdict(event)}
    transaction.on_commit(partial(publish, group(resource), message), using=event.using, robust=True)


def _send(name: str, message: Mapping[str, object]) -> None:
    layer = get_channel_layer()
    if layer is None:
        _log.warning("No channel layer is configured: %s was not notified. Set CHANNEL_LAYERS.", name)
        return
    async_to_sync(layer.group_send)(name, dict(message))
