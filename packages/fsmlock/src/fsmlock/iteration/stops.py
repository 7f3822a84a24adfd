"""What makes a worker stop between two items."""

from __future__ import annotations

from datetime import timedelta


class InterruptedRunError(Exception):
    """Stop between two items, and go on ``after`` a while."""

    def __init__(self, why: str, after: timedelta = timedelta(0)) -> None:
        self.after = after
        super().__init__(why)


class AskedError(Exception):
    """Somebody changed the state of the run: pausing or cancelling."""


class TooManyFailuresError(Exception):
    """More items failed than the iteration allows."""
