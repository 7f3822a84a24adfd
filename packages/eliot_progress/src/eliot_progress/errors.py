"""The errors of this package, with one base class."""

from __future__ import annotations


class EliotProgressError(Exception):
    """The base class of this package's errors: a request that can't be fulfilled."""


class MalformedPathError(EliotProgressError, ValueError):
    """A level path that this package did not write. Treat its sender as unknown and start a new task."""
