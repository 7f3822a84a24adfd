"""What the stack says when it can't go on."""

from __future__ import annotations


class StackError(Exception):
    """The stack can't start or go on; the message is one sentence for a person, with the remedy."""


class Stopped(Exception):  # noqa: N818 - a request, no error
    """Somebody asked the stack to stop."""
