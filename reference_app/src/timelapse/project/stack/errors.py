"""Errors of the stack."""

from __future__ import annotations


class StackError(Exception):
    """The stack can't start or continue; the message is one sentence with the remedy."""


class Stopped(Exception):  # noqa: N818 - a request, no error
    """A signal requested the stack to stop."""
