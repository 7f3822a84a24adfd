"""How often a task was retried for a lock, how long it has waited, and when it should be retried next."""

from __future__ import annotations

import random
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsmlock.policies import RetryLater


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryState:
    """The ``attempts`` made so far and the time ``waited`` between them.

    The store lists the task as a waiter under ``claim_id`` until the next attempt. It is empty before the
    first refusal.
    """

    attempts: int = 0
    waited: timedelta = timedelta(0)
    claim_id: str = ""

    def retry_after(self, policy: RetryLater) -> timedelta | None:
        """The delay before the next attempt; None to give up. Jitter spreads tasks refused together."""
        if self.waited >= policy.give_up_after:
            return None
        doubled_s = policy.backoff.total_seconds() * 2.0 ** min(self.attempts, 30)
        delay_s = min(doubled_s, policy.at_most.total_seconds())
        return timedelta(seconds=delay_s * random.uniform(0.5, 1.0))  # noqa: S311 jitter, no secret

    def next(self, delay: timedelta, *, claim_id: str = "") -> RetryState:
        """The state of the attempt that follows after ``delay``."""
        return RetryState(
            attempts=self.attempts + 1, waited=self.waited + delay, claim_id=claim_id or self.claim_id
        )


#: Set by whatever re-queues the task (see adapters.celery) for the duration of one attempt.
current: ContextVar[RetryState] = ContextVar("fsmlock_retry_state", default=RetryState())  # noqa: B039 - it is frozen


def retry_state() -> RetryState:
    """The retry state of the current attempt."""
    return current.get()
