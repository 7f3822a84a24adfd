"""How often a task has come back for a lock already, and when it should come again."""

from __future__ import annotations

import random
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsmlock.policies import RetryLater


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """``attempts`` made so far, ``waited`` in all between them. ``name``: by which it shows that it waits."""

    attempts: int = 0
    waited: timedelta = timedelta(0)
    name: str = ""

    def retry_after(self, policy: RetryLater) -> timedelta | None:
        """The next wait, with jitter: who was refused together comes back one by one. None: give up."""
        if self.waited >= policy.give_up_after:
            return None
        wait = min(policy.backoff * 2.0 ** min(self.attempts, 30), policy.at_most)
        return timedelta(seconds=wait.total_seconds() * random.uniform(0.5, 1.0))  # noqa: S311 jitter, no secret

    def after(self, wait: timedelta, *, name: str = "") -> Patience:
        """The patience of the next attempt."""
        return Patience(attempts=self.attempts + 1, waited=self.waited + wait, name=name or self.name)


#: Set by whoever re-queues (see adapters.celery) for the time of one attempt.
current: ContextVar[Patience] = ContextVar("fsmlock_patience", default=Patience())  # noqa: B039 - it is frozen


def patience() -> Patience:
    """The patience of the attempt that runs now."""
    return current.get()
