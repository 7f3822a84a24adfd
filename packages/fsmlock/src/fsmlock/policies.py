"""Policies: what to do when a lock isn't free. They are values; each refusal has the same shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

_LONGEST_DELAY = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """Raise HoldRefused at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Enter the block with a hold that is false and knows its reasons. A decorated function isn't called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Wait in the wait queue for at most ``up_to``, then raise HoldRefused."""

    up_to: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if not _are_spans(self.up_to):
            raise ValueError(
                "Wait(up_to=...) must be a timedelta greater than zero: Wait(up_to=timedelta(seconds=30))."
                " Use Fail() to not wait at all."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """Free the worker and retry after ``backoff``, doubled for each attempt up to ``at_most``.

    Raises HoldRefused for good after ``give_up_after`` in total. It needs something that re-queues the task:
    see adapters.celery.
    """

    backoff: timedelta = timedelta(seconds=1)
    at_most: timedelta = timedelta(minutes=1)
    give_up_after: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        if not _are_spans(self.backoff, self.at_most, self.give_up_after):
            raise ValueError(
                "RetryLater(backoff, at_most, give_up_after) must all be timedeltas greater than zero."
            )
        if self.at_most > _LONGEST_DELAY:
            raise ValueError("RetryLater(at_most=...) must be at most a year: no queue waits longer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preempt:
    """Request the holders to stop and wait ``grace`` for it. With ``force``, break the holds left then."""

    grace: timedelta = timedelta(seconds=10)
    force: bool = False

    def __post_init__(self) -> None:
        if not _are_spans(self.grace):
            raise ValueError(
                "Preempt(grace=...) must be a timedelta greater than zero: it is the holder's time to stop."
            )


Policy: TypeAlias = Fail | Skip | Wait | RetryLater | Preempt


def _are_spans(*values: object) -> bool:
    """Whether these are all spans of time. A number would leave open whether it means seconds."""
    return all(isinstance(value, timedelta) and value > timedelta(0) for value in values)
