"""Channels: what happens to an object, told to the group of that object, after commit only.

Call ``install()`` once, e.g. in an AppConfig's ``ready``. Consumers get ``{"type": "fsmlock.changed", "what":
"hold_taken" | ... | "transitioned", ...}`` in the group ``fsmlock.<app>.<model>.<pk>``.
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
    """Name the group of an object, from ``app.model:pk``: only what Channels allows, 99 letters."""
    return ("fsmlock." + re.sub(r"[^A-Za-z0-9_.-]", ".", resource))[:99]


def install() -> None:
    """Publish from now on. Calling it again changes nothing."""
    for name in _SIGNALS:
        signal: Signal = getattr(signals, name)
        signal.connect(partial(_publish, name), weak=False, dispatch_uid=f"fsmlock.channels.{name}")


def _publish(what: str, *, event: HoldEvent | TransitionEvent, **_: object) -> None:
    resource = event.resource if isinstance(event, signals.HoldEvent) else f"{event.model}:{event.pk}"
    message = {"type": "fsmlock.changed", "what": what, **asdict(event)}
    transaction.on_commit(partial(_send, group(resource), message), using=event.using, robust=True)


def _send(name: str, message: dict[str, object]) -> None:
    layer = get_channel_layer()
    if layer is None:
        _log.warning("No channel layer is configured: %s was not told. Set CHANNEL_LAYERS.", name)
        return
    async_to_sync(layer.group_send)(name, message)
