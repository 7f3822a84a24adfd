"""Calls to other hosts: an action each, from which the other side goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from eliot_progress import context, sanitise

if TYPE_CHECKING:
    from collections.abc import MutableMapping

#: Whether the causal id is sent to this host.
Trusted = Callable[[str], bool]


def trust_all(host: str) -> bool:  # noqa: ARG001 - a Trusted
    """Send the causal id to every host: it is no secret, and strangers can't read the log."""
    return True


def start_call(
    method: str, host: str, path: str, headers: MutableMapping[str, str], trusted: Trusted
) -> context.Action:
    """Start the action `http:call`, and write its place into the headers of a trusted host.

    Of the URL only host and path are logged: queries hold secrets.
    """
    action = context.start(
        "http:call", method=sanitise.text(method), host=sanitise.text(host), path=sanitise.text(path)
    )
    if trusted(host):
        context.inject(headers, context.Origin(task_uuid=action.task_uuid, level=action.level))
    return action
