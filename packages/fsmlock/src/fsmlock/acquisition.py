"""Acquire a hold as its policy says: one sequence of attempts, driven by threads and by asyncio alike."""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.db import connections

from fsmlock import backends, clock
from fsmlock.active_hold import release_claim
from fsmlock.backends.base import Granted, busy_reason, more_reason
from fsmlock.decisions import decide
from fsmlock.errors import HoldRefused, StoreUnavailable
from fsmlock.inspection import own_reason, reason_for
from fsmlock.policies import Preempt, RetryLater, Skip, Wait
from fsmlock.retries import retry_state
from fsmlock.rules import blocking_rows

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from fsmlock.active_hold import ActiveHold
    from fsmlock.backends.base import Denied, HoldInfo, WaitQueue
    from fsmlock.policies import Policy
    from fsmlock.reasons import Reason
    from fsmlock.rules import Claim

_log = logging.getLogger("fsmlock")
#: A waiter tries again at least this often, woken or not. Each attempt renews its place in the wait queue.
_ATTEMPT_EVERY_S = 0.25
#: A task that retries later may first have to wait in its own queue: it stays listed this much longer.
_RETRY_DELAY = timedelta(minutes=1)


def acquire(held: ActiveHold, policy: Policy, using: str) -> ActiveHold:
    """Acquire the hold as the policy says. Raises HoldRefused or StoreUnavailable with the reasons."""
    wait_queue: WaitQueue | None = None
    attempts = _attempts(held, policy, using)
    try:
        with backends.Answering(using):
            for seconds in attempts:
                if wait_queue is None:
                    # Listen first, then try once more: a release in between is not missed.
                    wait_queue = backends.get().wait_queue(held.claim, using=using)
                else:
                    wait_queue.wait(seconds)
    except BaseException as error:
        held.release()
        _retry_once_available(error, policy)
        raise
    finally:
        attempts.close()
        if wait_queue is not None:
            _close(wait_queue, using)
    return held


async def acquire_async(held: ActiveHold, policy: Policy, using: str) -> ActiveHold:
    """Acquire the hold as the policy says, without blocking the event loop."""
    held.executor = asyncio.current_task()
    attempts = _attempts(held, policy, using)
    next_attempt = sync_to_async(_next)
    waiter: AsyncWaiter | None = None
    try:
        with backends.Answering(using):
            while (seconds := await next_attempt(attempts)) is not None:
                if not backends.get().notifies_waiters(using):
                    await asyncio.sleep(min(seconds, random.uniform(0.02, 0.08)))  # noqa: S311 - no secret
                elif waiter is None:
                    waiter = AsyncWaiter(held.claim, using)
                    await waiter.open()  # as above: listen first, then try once more
                else:
                    await waiter.wait(seconds)
    except BaseException as error:
        # The thread may have been granted the hold just now, and nobody else would release it.
        await sync_to_async(_undo)(attempts, held)
        _retry_once_available(error, policy)
        raise
    finally:
        if waiter is not None:
            await waiter.close()
    return held


class AsyncWaiter:
    """A coroutine's place in the wait queue: a thread listens for it on a connection of its own."""

    def __init__(self, claim: Claim, using: str) -> None:
        self._claim = claim
        self._using = using
        self._queue: WaitQueue | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fsmlock-wait")

    async def open(self) -> None:
        """Start to listen."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def wait(self, seconds: float) -> None:
        """Sleep until something may have changed for the claim, at most ``seconds``."""
        assert self._queue is not None  # noqa: S101 - opened before
        await asyncio.get_running_loop().run_in_executor(self._thread, self._queue.wait, seconds)

    async def close(self) -> None:
        """End the thread. If its coroutine was cancelled, this waits for the wait in progress."""
        closed = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)
        await closed

    def _open(self) -> None:
        self._queue = backends.get().wait_queue(self._claim, using=self._using)

    def _close(self) -> None:
        try:
            if self._queue is not None:
                _close(self._queue, self._using)
        finally:
            connections.close_all()


def _close(wait_queue: WaitQueue, using: str) -> None:
    """Stop listening. The hold may be granted by now: a store that is away must not fail that."""
    try:
        with backends.Answering(using):
            wait_queue.close()
    except StoreUnavailable as error:
        _log.warning("A place in the wait queue could not be closed: %s", error)


def _retry_once_available(error: BaseException, policy: Policy) -> None:
    """With RetryLater, a store that is away is one more reason to retry later."""
    if isinstance(error, StoreUnavailable) and isinstance(policy, RetryLater):
        delay = retry_state().retry_after(policy)
        if delay is not None:
            claim_id = retry_state().claim_id
            raise HoldRefused(error.reasons, retry_after=delay, claim_id=claim_id) from error


def _undo(attempts: Generator[float], held: ActiveHold) -> None:
    attempts.close()
    held.release()


def _next(attempts: Generator[float]) -> float | None:
    return next(attempts, None)


def _attempts(held: ActiveHold, policy: Policy, using: str) -> Generator[float]:
    """Try to acquire; after each failed attempt yield the seconds to wait before the next one.

    Ends when the hold is granted, or with Skip when it is refused. Raises HoldRefused for the other policies.
    """
    backend = backends.get()
    give_up_at = clock.now() + _max_wait_s(policy)
    queue = isinstance(policy, (Wait, Preempt)) and backend.can_wait(using)
    ticket: int | None = None
    stop_requested = False
    try:
        while True:
            sent_at = clock.now()
            held.claim, answer = decide(held.claim, using=using, queue=queue, ticket=ticket)
            if isinstance(answer, Granted):
                ticket = None
                _withdraw_retry(held, using)
                return held.start(answer, sent_at)
            ticket = answer.ticket
            held.reasons = _reasons(held, answer)
            own = [own_reason(h) for h in answer.holds if held.waits_for_itself(h.claim)]
            if own and queue:
                raise HoldRefused(own)
            if isinstance(policy, Preempt) and not stop_requested:
                _stop_holders(held, answer, using, force=False)
                stop_requested = True
            remaining = give_up_at - clock.now()
            if remaining <= 0 or not queue:
                if _acquired_by_force(held, policy, answer, using):
                    ticket = None
                return
            yield min(remaining, _ATTEMPT_EVERY_S)
    finally:
        if ticket is not None:
            release_claim(held.claim, using)


def _acquired_by_force(held: ActiveHold, policy: Policy, answer: Denied, using: str) -> bool:
    """End the waiting as the policy says. True if Preempt got the hold by force, False for Skip.

    Raises HoldRefused otherwise.
    """
    if isinstance(policy, Skip):
        return False
    if isinstance(policy, Preempt) and policy.force:
        _stop_holders(held, answer, using, force=True)
        sent_at = clock.now()
        held.claim, again = decide(held.claim, using=using, ticket=answer.ticket)
        if isinstance(again, Granted):
            held.start(again, sent_at)
            return True
    delay = retry_state().retry_after(policy) if isinstance(policy, RetryLater) else None
    if delay is None:
        _withdraw_retry(held, using)
        raise HoldRefused(held.reasons)
    claim_id = retry_state().claim_id or uuid.uuid4().hex
    retrying = replace(held.claim, id=claim_id)
    backends.get().announce_retry(retrying, using=using, expires_in=delay + _RETRY_DELAY)
    raise HoldRefused(held.reasons, retry_after=delay, claim_id=claim_id)


def _withdraw_retry(held: ActiveHold, using: str) -> None:
    claim_id = retry_state().claim_id
    if claim_id:
        release_claim(replace(held.claim, id=claim_id), using)


def _reasons(held: ActiveHold, answer: Denied) -> tuple[Reason, ...]:
    named = tuple(
        own_reason(h) if h.kind == "blocked" and held.waits_for_itself(h.claim) else reason_for(h)
        for h in answer.holds
    )
    if answer.more:
        return (*named, more_reason(len(named)))
    return named or (answer.reason or busy_reason(),)


def _stop_holders(held: ActiveHold, answer: Denied, using: str, *, force: bool) -> None:
    why = held.claim.why or "something more urgent"
    holds: Sequence[HoldInfo] = answer.holds
    if answer.more:
        found = {hold.row(): hold for hold in backends.get().find(held.claim.resources, using=using)}
        holds = [found[row] for row in blocking_rows(held.claim, found)]
    holds = [hold for hold in holds if not hold.waits]
    if holds:
        backends.get().stop(holds, by=held.claim.holder, why=why, force=force, using=using)


def _max_wait_s(policy: Policy) -> float:
    if isinstance(policy, Wait):
        return policy.up_to.total_seconds()
    return policy.grace.total_seconds() if isinstance(policy, Preempt) else 0.0
