"""The one error root of the package."""

from __future__ import annotations


class EliotProgressError(Exception):
    """Something about eliot_progress was asked for that cannot be done."""


class MalformedPathError(EliotProgressError, ValueError):
    """A level path is not one that this package writes. Treat its sender as unknown and start a new task."""
