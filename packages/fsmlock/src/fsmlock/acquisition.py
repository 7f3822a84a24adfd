"""From a policy to a hold: one sequence of steps, driven by threads and by asyncio alike."""

from __future__ import annotations

import asyncio
import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.db import connections

from fsmlock import backends, clock
from fsmlock.backends.base import Granted, busy_reason
from fsmlock.errors import HoldRefused
from fsmlock.inspection import reason_for
from fsmlock.policies import Preempt, RetryLater, Skip, Wait
from fsmlock.retries import retry_state

if TYPE_CHECKING:
    from collections.abc import Generator

    from fsmlock.active_hold import ActiveHold
    from fsmlock.backends.base import Denied, WaitQueue
    from fsmlock.policies import Policy
    from fsmlock.rules import Claim

#: A waiter looks again at least this often, woken or not: it renews its place in line by that.
_LOOK_AGAIN_S = 0.25
#: Who comes back later may have to wait in a queue before.
_LATE = timedelta(minutes=1)


def acquire(held: ActiveHold, policy: Policy, using: str) -> ActiveHold:
    """Take the hold as the policy says. Raises HoldRefused with the reasons."""
    wait_queue: WaitQueue | None = None
    steps = _steps(held, policy, using)
    try:
        for seconds in steps:
            if wait_queue is None:
                # Listen first, then look once more: what was released in between is not missed.
                wait_queue = backends.get().wait_queue(held.claim, using=using)
            else:
                wait_queue.wait(seconds)
    except BaseException:
        held.release()
        raise
    finally:
        steps.close()
        if wait_queue is not None:
            wait_queue.close()
    return held


async def acquire_async(held: ActiveHold, policy: Policy, using: str) -> ActiveHold:
    """The same without blocking the event loop."""
    steps = _steps(held, policy, using)
    step = sync_to_async(_next)
    waiter: AsyncWaiter | None = None
    try:
        while (seconds := await step(steps)) is not None:
            if not backends.get().notifies_waiters(using):
                await asyncio.sleep(min(seconds, random.uniform(0.02, 0.08)))  # noqa: S311 - no secret
            elif waiter is None:
                waiter = AsyncWaiter(held.claim, using)
                await waiter.open()  # as above: listen first, then look once more
            else:
                await waiter.wait(seconds)
    except BaseException:
        # Cancelled: the thread may have been granted the hold just now, and nobody would give it back.
        await sync_to_async(_undo)(steps, held)
        raise
    finally:
        if waiter is not None:
            await waiter.close()
    return held


class AsyncWaiter:
    """A coroutine's place in line: a thread listens for it, with a connection of its own."""

    def __init__(self, claim: Claim, using: str) -> None:
        self._claim = claim
        self._using = using
        self._queue: WaitQueue | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fsmlock-wait")

    async def open(self) -> None:
        """Listen from now on."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def wait(self, seconds: float) -> None:
        """Until something may have changed, at most ``seconds``."""
        assert self._queue is not None  # noqa: S101 - opened before
        await asyncio.get_running_loop().run_in_executor(self._thread, self._queue.wait, seconds)

    async def close(self) -> None:
        """End the thread: after the wait that it is in, if its coroutine was cancelled."""
        closed = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)
        await closed

    def _open(self) -> None:
        self._queue = backends.get().wait_queue(self._claim, using=self._using)

    def _close(self) -> None:
        try:
            if self._queue is not None:
                self._queue.close()
        finally:
            connections.close_all()


def _undo(steps: Generator[float], held: ActiveHold) -> None:
    steps.close()
    held.release()


def _next(steps: Generator[float]) -> float | None:
    return next(steps, None)


def _steps(held: ActiveHold, policy: Policy, using: str) -> Generator[float]:
    """Ask, and yield for how long to wait before asking again; ends when held, or refused with Skip."""
    backend, claim = backends.get(), held.claim
    give_up = clock.now() + _max_wait_s(policy)
    queue = isinstance(policy, (Wait, Preempt)) and backend.can_wait(using)
    ticket: int | None = None
    asked_to_stop = False
    try:
        while True:
            asked = clock.now()
            answer = backend.acquire(claim, using=using, queue=queue, ticket=ticket)
            if isinstance(answer, Granted):
                ticket = None
                _expect_no_more(held, using)
                return held.granted(answer, asked)
            ticket = answer.ticket
            held.reasons = tuple(reason_for(h) for h in answer.holds) or (answer.reason or busy_reason(),)
            if isinstance(policy, Preempt) and not asked_to_stop:
                _ask_to_stop(held, answer, using, force=False)
                asked_to_stop = True
            left = give_up - clock.now()
            if left <= 0 or not queue:
                if _refused(held, policy, answer, using):
                    ticket = None
                return
            yield min(left, _LOOK_AGAIN_S)
    finally:
        if ticket is not None:
            backend.release(claim, using=using)


def _refused(held: ActiveHold, policy: Policy, answer: Denied, using: str) -> bool:
    """The end of waiting, as the policy has it: true when the hold was got by force after all."""
    if isinstance(policy, Skip):
        return False
    if isinstance(policy, Preempt) and policy.force:
        _ask_to_stop(held, answer, using, force=True)
        asked = clock.now()
        again = backends.get().acquire(held.claim, using=using, ticket=answer.ticket)
        if isinstance(again, Granted):
            held.granted(again, asked)
            return True
    later = retry_state().retry_after(policy) if isinstance(policy, RetryLater) else None
    if later is None:
        _expect_no_more(held, using)
        raise HoldRefused(held.reasons)
    name = retry_state().claim_id or uuid.uuid4().hex
    backends.get().announce_retry(replace(held.claim, id=name), using=using, expires_in=later + _LATE)
    raise HoldRefused(held.reasons, retry_after=later, claim_id=name)


def _expect_no_more(held: ActiveHold, using: str) -> None:
    if retry_state().claim_id:
        backends.get().release(replace(held.claim, id=retry_state().claim_id), using=using)


def _ask_to_stop(held: ActiveHold, answer: Denied, using: str, *, force: bool) -> None:
    why = held.claim.why or "something more urgent"
    for claim, info in {h.claim: h for h in answer.holds if not h.waits}.items():
        backends.get().stop(
            info.resource, info.lock, claim=claim, by=held.claim.holder, why=why, force=force, using=using
        )


def _max_wait_s(policy: Policy) -> float:
    if isinstance(policy, Wait):
        return policy.up_to.total_seconds()
    return policy.grace.total_seconds() if isinstance(policy, Preempt) else 0.0
