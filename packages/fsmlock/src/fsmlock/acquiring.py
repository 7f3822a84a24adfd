"""From a policy to a hold: one sequence of steps, driven by threads and by asyncio alike."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.utils.translation import gettext

from fsmlock import backends, clock
from fsmlock.backends.base import Granted
from fsmlock.errors import HoldRefused
from fsmlock.holds import told
from fsmlock.patience import patience
from fsmlock.policies import Preempt, RetryLater, Skip, Wait
from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from fsmlock.backends.base import HoldInfo, InTheWay, Line
    from fsmlock.held import Held
    from fsmlock.policies import Policy

#: A waiter looks again at least this often, woken or not: it renews its place in line by that.
_LOOK_AGAIN_S = 0.25


def acquire(held: Held, policy: Policy, using: str) -> Held:
    """Take the hold as the policy says. Raises HoldRefused with the reasons."""
    line: Line | None = None
    steps = _steps(held, policy, using)
    try:
        for seconds in steps:
            if line is None:
                # Listen first, then look once more: what was released in between is not missed.
                line = backends.get().line(held.claim, using=using)
            else:
                line.wait(seconds)
    finally:
        steps.close()
        if line is not None:
            line.close()
    return held


async def acquire_async(held: Held, policy: Policy, using: str) -> Held:
    """The same without blocking the event loop."""
    steps = _steps(held, policy, using)
    step = sync_to_async(_next)
    try:
        while (seconds := await step(steps)) is not None:  # noqa: ASYNC110 - the store has no event to wait for
            await asyncio.sleep(min(seconds, random.uniform(0.02, 0.08)))  # noqa: S311 - no secret
    finally:
        await sync_to_async(steps.close)()
    return held


def _next(steps: Generator[float]) -> float | None:
    return next(steps, None)


def _steps(held: Held, policy: Policy, using: str) -> Generator[float]:
    """Ask, and yield for how long to wait before asking again; ends when held, or refused with Skip."""
    backend, claim = backends.get(), held.claim
    give_up = clock.now() + _patience_s(policy)
    queue = isinstance(policy, Wait | Preempt) and backend.may_wait(using)
    ticket: int | None = None
    asked_to_stop = False
    try:
        while True:
            asked = clock.now()
            answer = backend.take(claim, using=using, queue=queue, ticket=ticket)
            if isinstance(answer, Granted):
                ticket = None
                return held.granted(answer, asked)
            ticket = answer.ticket
            held.reasons = tuple(told(h) for h in answer.holds) or (_busy(),)
            if isinstance(policy, Preempt) and not asked_to_stop:
                _ask_to_stop(held, answer, using, force=False)
                asked_to_stop = True
            left = give_up - clock.now()
            if left <= 0 or not queue:
                return _refused(held, policy, answer, using)
            yield min(left, _LOOK_AGAIN_S)
    finally:
        if ticket is not None:
            backend.release(claim, using=using)


def _refused(held: Held, policy: Policy, answer: InTheWay, using: str) -> None:
    if isinstance(policy, Skip):
        return
    if isinstance(policy, Preempt) and policy.force:
        _ask_to_stop(held, answer, using, force=True)
        asked = clock.now()
        again = backends.get().take(held.claim, using=using, ticket=answer.ticket)
        if isinstance(again, Granted):
            held.granted(again, asked)
            return
    later = patience().retry_after(policy) if isinstance(policy, RetryLater) else None
    raise HoldRefused(held.reasons, retry_after=later)


def _ask_to_stop(held: Held, answer: InTheWay, using: str, *, force: bool) -> None:
    why = held.claim.why or "something more urgent"
    for info in _standing(answer, using):
        backends.get().stop(info.resource, info.lock, by=held.claim.holder, why=why, force=force, using=using)


def _standing(answer: InTheWay, using: str) -> Iterable[HoldInfo]:
    """The holds in the way, one for each holder: for the mark that a child's hold left, the child's hold."""
    claims = {h.claim for h in answer.holds if not h.waits}
    holds = {h.claim: h for h in answer.holds if h.kind == "held" and not h.waits}
    if claims - holds.keys():
        holds |= {h.claim: h for h in backends.get().find(None, using=using) if h.claim in claims}
    return holds.values()


def _patience_s(policy: Policy) -> float:
    if isinstance(policy, Wait):
        return policy.up_to.total_seconds()
    return policy.grace.total_seconds() if isinstance(policy, Preempt) else 0.0


def _busy() -> Reason:
    return Reason(
        code="busy",
        message=gettext(
            "The lock is being decided about, or an open transaction still keeps a hold whose lease is over."
        ),
        remedy=gettext("Try again in a moment."),
    )
