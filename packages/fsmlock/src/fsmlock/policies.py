"""What to do when a lock can't be had at once. Policies are values; the answer has the same shape for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """Raise HoldRefused at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Enter with a hold that is false (and knows its reasons); a decorated function isn't called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Wait in line for at most ``up_to``, then raise HoldRefused."""

    up_to: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if self.up_to <= timedelta(0):
            raise ValueError("Wait(up_to=...) must be longer than nothing. Use Fail() to not wait at all.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """Give the worker back and try again: after ``backoff``, doubled each time up to ``at_most``.

    After ``give_up_after`` in all HoldRefused is raised. Needs something that re-queues: see adapters.celery.
    """

    backoff: timedelta = timedelta(seconds=1)
    at_most: timedelta = timedelta(minutes=1)
    give_up_after: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        if self.backoff <= timedelta(0) or self.give_up_after <= timedelta(0):
            raise ValueError("RetryLater(backoff, give_up_after) must both be longer than nothing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preempt:
    """Ask the holders to stop and wait ``grace`` for them; with ``force`` break what is left after it."""

    grace: timedelta = timedelta(seconds=10)
    force: bool = False

    def __post_init__(self) -> None:
        if self.grace <= timedelta(0):
            raise ValueError(
                "Preempt(grace=...) must be longer than nothing: it is the holder's time to stop."
            )


Policy: TypeAlias = Fail | Skip | Wait | RetryLater | Preempt
