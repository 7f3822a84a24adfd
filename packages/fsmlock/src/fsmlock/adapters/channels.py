"""Channels: publish what happens to an object to the object's group, after the commit.

Call ``install()`` once, e.g. in an AppConfig's ``ready``. Consumers receive ``{"type": "fsmlock.changed",
"signal": "hold_taken" | ... | "transitioned", ...}`` in the group ``fsmlock.<app>.<model>.<pk>``.
"""

from __future__ import annotations

import logging
import re
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from fsmlock import signals

if TYPE_CHECKING:
    from django.dispatch import Signal

    from fsmlock.signals import HoldEvent, TransitionEvent

_log = logging.getLogger("fsmlock")
_SIGNALS = ("hold_taken", "hold_released", "hold_lost", "hold_broken", "cancel_requested", "transitioned")


def group(resource: str) -> str:
    """The group of an object, from ``app.model:pk``: at most 99 of the characters that Channels allows."""
    return ("fsmlock." + re.sub(r"[^A-Za-z0-9_.-]", ".", resource))[:99]


def install() -> None:
    """Start to publish. Calling it again has no effect."""
    for name in _SIGNALS:
        signal: Signal = getattr(signals, name)
        signal.connect(partial(_publish, name), weak=False, dispatch_uid=f"fsmlock.channels.{name}")


def _publish(name: str, *, event: HoldEvent | TransitionEvent, **_: object) -> None:
    resource = event.resource if isinstance(event, signals.HoldEvent) else f"{event.model}:{event.pk}"
    message = {"type": "fsmlock.changed", "signal": name, **asdict(event)}
    transaction.on_commit(partial(_send, group(resource), message), using=event.using, robust=True)


def _send(name: str, message: dict[str, object]) -> None:
    layer = get_channel_layer()
    if layer is None:
        _log.warning("No channel layer is configured: %s was not notified. Set CHANNEL_LAYERS.", name)
        return
    async_to_sync(layer.group_send)(name, message)
