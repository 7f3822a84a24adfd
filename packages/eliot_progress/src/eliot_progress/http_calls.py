"""Calls to other hosts: each one is an action, and the called service continues below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from eliot_progress import context, sanitise

if TYPE_CHECKING:
    from collections.abc import MutableMapping

#: Whether to send the causal id to a host.
Trusted = Callable[[str], bool]


def trust_all(host: str) -> bool:  # noqa: ARG001 - a Trusted
    """Send the causal id to every host: it is not a secret, and third parties can't read the log."""
    return True


def start_call(
    method: str, host: str, path: str, headers: MutableMapping[str, str], trusted: Trusted
) -> context.Action:
    """Start the action `http:call`, and write its place into the headers for a trusted host.

    Only the host and the path of the URL are logged: queries may hold secrets.
    """
    action = context.start(
        "http:call", method=sanitise.text(method), host=sanitise.text(host), path=sanitise.text(path)
    )
    if trusted(host):
        context.inject(headers, context.Origin.of(action))
    return action
