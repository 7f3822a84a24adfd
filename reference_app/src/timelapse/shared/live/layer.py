"""The channel layer of the live channel, and the message that travels through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.layers import BaseChannelLayer, get_channel_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

MESSAGE_TYPE = "live.event"


def layer() -> BaseChannelLayer:
    """Return the default channel layer.

    Raises:
        RuntimeError: none is configured.
    """
    found = get_channel_layer()
    if found is None:
        msg = "CHANNEL_LAYERS has no 'default': live updates need one, see the deployment guide."
        raise RuntimeError(msg)
    return found


def message(group: str, event: Mapping[str, object]) -> dict[str, object]:
    """Return the message that carries an event to a group."""
    return {"type": MESSAGE_TYPE, "group": group, "event": dict(event)}
