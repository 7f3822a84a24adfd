"""Hold a lock on an object for as long as a block of code runs."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections, router, transaction

from fsmlock import backends, clock, conf, signals
from fsmlock.backends.base import Granted, InTheWay
from fsmlock.errors import CancelRequested, HoldLost, HoldRefused, Misdeclared
from fsmlock.holds import told
from fsmlock.locks import want
from fsmlock.policies import Fail, Policy, Preempt, RetryLater, Skip, Wait
from fsmlock.renewal import renewer
from fsmlock.rules import Claim

if TYPE_CHECKING:
    from django.dispatch import Signal
    from fsmlock.reasons import Reason
    from types import TracebackType
    from django.db import models

_log = logging.getLogger("fsmlock")
#: The holder stops trusting its lease this much (a part of it) before the store does.
_MARGIN = 0.02
#: A waiter looks again after 20 to 80 ms.
_LOOK_AGAIN_S = (0.02, 0.08)
_current: ContextVar[frozenset[str]] = ContextVar("fsmlock_current", default=frozenset())


def current_claims() -> frozenset[str]:
    """The claims held by the code that runs now (this thread or asyncio task)."""
    return _current.get()


class Held:
    """A hold, or with ``Skip`` the lack of one. Made by :func:`hold`; true while it is held."""

    def __init__(self, claim: Claim, *, using: str, policy: Policy) -> None:
        self.claim = claim
        self.policy = policy
        self.tokens: Mapping[str, int] = {}
        self.reasons: tuple[Reason, ...] = ()
        self._using = using
        self._lease = claim.lease_us / 1_000_000
        self._deadline = 0.0
        self._alarm: HoldLost | CancelRequested | None = None
        self._shielded = False
        self._inside_transaction = False
        self._connection = connections[using]

    def __bool__(self) -> bool:
        return bool(self.tokens) and self.remaining > 0

    @property
    def token(self) -> int:
        """The fencing token: it grows with every hold of the object (the first object, if there are many)."""
        return self.tokens[self.claim.wants[0].resource]

    @property
    def remaining(self) -> float:
        """Seconds that the lease lasts if it can't be renewed any more, by this host's own clock."""
        return 0.0 if isinstance(self._alarm, HoldLost) else max(0.0, self._deadline - clock.now())

    def check(self) -> None:
        """Go on? Costs less than a microsecond. Raises HoldLost or CancelRequested."""
        if self._alarm is not None:
            raise self._alarm
        if clock.now() >= self._deadline and not self._shielded:
            raise self._lose("it could not be renewed in time")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """A transaction that commits only if the hold is still ours, decided inside that transaction."""
        self.check()
        asked = clock.now()
        with transaction.atomic(using=self._using):
            self._guard()
            self._shielded = True
            try:
                yield
                asked = clock.now()
                self._guard()
            finally:
                self._shielded = False
        self._deadline = max(self._deadline, asked + self._lease * (1 - _MARGIN))

    def _guard(self) -> None:
        if not backends.get().guard(self.claim, self.tokens, using=self._using):
            raise self._lose("somebody else took over")

    def acquire(self) -> Held:
        """Take the hold as the policy says; raises HoldRefused with the reasons."""
        give_up = clock.now() + _patience(self.policy)
        asked_to_stop = False
        while True:
            asked = clock.now()
            answer = backends.get().take(self.claim, using=self._using)
            if isinstance(answer, Granted):
                self._granted(answer, asked)
                return self
            self.reasons = tuple(told(h) for h in answer.holds)
            if isinstance(self.policy, Preempt) and not asked_to_stop:
                self._ask_to_stop(answer, force=False)
                asked_to_stop = True
            if clock.now() >= give_up:
                return self._refused(answer)
            time.sleep(min(random.uniform(*_LOOK_AGAIN_S), max(0.0, give_up - clock.now())))  # noqa: S311

    def _refused(self, answer: InTheWay) -> Held:
        if isinstance(self.policy, Skip):
            return self
        if isinstance(self.policy, Preempt) and self.policy.force:
            self._ask_to_stop(answer, force=True)
            asked = clock.now()
            again = backends.get().take(self.claim, using=self._using)
            if isinstance(again, Granted):
                self._granted(again, asked)
                return self
        raise HoldRefused(self.reasons)

    def _ask_to_stop(self, answer: InTheWay, *, force: bool) -> None:
        why = self.claim.why or "something more urgent"
        for lock in {h.claim: h for h in answer.holds if h.kind == "held"}.values():
            backends.get().stop(
                lock.resource, lock.lock, by=self.claim.holder, why=why, force=force, using=self._using
            )

    def _granted(self, answer: Granted, asked: float) -> None:
        self.tokens = answer.tokens
        self.reasons = ()
        self._deadline = asked + self._lease * (1 - _MARGIN)
        if self._connection.in_atomic_block:
            # Nobody else can see the rows before the commit, and nobody can take the lock meanwhile either.
            self._inside_transaction = True
            transaction.on_commit(self._committed, using=self._using)
        renewer().add(self, self._next_renewal())
        _current.set(_current.get() | {self.claim.id})
        self._tell(signals.hold_taken)

    def _committed(self) -> None:
        self._inside_transaction = False
        if self.tokens:
            self.renew()

    def _next_renewal(self) -> float:
        return clock.now() + min(self._lease / 3, conf.get().NOTICE_WITHIN.total_seconds())

    def renew(self) -> float | None:
        """Called by the background thread: renew, and see whether somebody asks to stop."""
        if isinstance(self._alarm, HoldLost) or not self.tokens:
            return None
        asked = clock.now()
        if self._inside_transaction and self._connection.in_atomic_block:
            self._deadline = asked + self._lease * (1 - _MARGIN)
            return self._next_renewal()
        if self._shielded:
            return self._next_renewal()
        if asked >= self._deadline:
            self._lose("it could not be renewed in time")
            return None
        return self._renew_in_store(asked)

    def _renew_in_store(self, asked: float) -> float | None:
        try:
            answer = backends.get().renew(self.claim.id, self.claim.lease_us, using=self._using)
        except (DatabaseError, OSError) as error:
            _log.warning("A hold could not be renewed, trying again: %s", error)
            return clock.now() + min(self._lease / 10, 1.0)
        if not answer.alive:
            if self.tokens and not self._shielded:
                self._lose(f"{answer.by} broke it: {answer.why}" if answer.by else "somebody else took over")
            return None
        if answer.by and self._alarm is None:
            self._alarm = CancelRequested(answer.by, answer.why)
        self._deadline = asked + self._lease * (1 - _MARGIN)
        return self._next_renewal()

    def _lose(self, how: str) -> HoldLost:
        if isinstance(self._alarm, HoldLost):
            return self._alarm
        held = ", ".join(f"{w.lock} on {w.resource}" for w in self.claim.wants)
        lost = HoldLost(f"The hold of {held} is lost: {how}. Stop without writing, then start anew.")
        self._alarm = lost
        self._tell(signals.hold_lost, why=how)
        return lost

    def release(self) -> None:
        """Give the hold back; nothing happens if it is gone."""
        if not self.tokens:
            return
        renewer().remove(self)
        _current.set(_current.get() - {self.claim.id})
        event_tokens, self.tokens = self.tokens, {}
        self._deadline = 0.0
        backends.get().release(self.claim.id, using=self._using)
        if not isinstance(self._alarm, HoldLost):
            self._tell(signals.hold_released, tokens=event_tokens)

    def _tell(self, signal: Signal, *, why: str = "", tokens: Mapping[str, int] | None = None) -> None:
        for each in self.claim.wants:
            signal.send_robust(
                sender=Held,
                event=signals.HoldEvent(
                    resource=each.resource,
                    lock=each.lock,
                    holder=self.claim.holder,
                    token=(tokens or self.tokens).get(each.resource, 0),
                    why=why or self.claim.why,
                ),
            )

    def __enter__(self) -> Held:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._connection.needs_rollback:
            # The transaction that took the hold is broken: its rows go with the rollback.
            renewer().remove(self)
            _current.set(_current.get() - {self.claim.id})
            self.tokens = {}
            return
        self.release()


def _patience(policy: Policy) -> float:
    if isinstance(policy, Wait):
        return policy.up_to.total_seconds()
    return policy.grace.total_seconds() if isinstance(policy, Preempt) else 0.0


def hold(
    obj: models.Model | Sequence[models.Model],
    lock: str,
    *,
    policy: Policy | None = None,
    lease: timedelta | None = None,
    why: str = "",
    holder: str | None = None,
    within: Held | None = None,
) -> Held:
    """Hold ``lock`` on one object or on several at once: ``with hold(timelapse, "render", why="Movie 7") as h:``.

    ``policy`` says what to do when somebody else holds it (default: Fail). ``lease`` is how long the hold
    outlives a holder that died. ``holder`` names who holds it, ``within`` a hold of yours that this one may
    stand beside (re-entry is never silent). Raises HoldRefused with the reasons, and Misdeclared for an
    unknown lock, an unsaved object, a lease of nothing or a policy of the wrong kind.
    """
    policy = Fail() if policy is None else policy
    lease = conf.get().LEASE if lease is None else lease
    objects = list(obj) if isinstance(obj, Sequence) else [obj]
    if not isinstance(policy, Fail | Skip | Wait | RetryLater | Preempt):
        raise Misdeclared(
            f"{policy!r} is not a policy. Use Fail(), Skip(), Wait(up_to=...), RetryLater() or Preempt()."
        )
    if lease < timedelta(milliseconds=100):
        raise Misdeclared("A lease must be at least 0.1 s: it is how long the hold outlives a dead holder.")
    if not objects:
        raise Misdeclared("hold() was given no object. Pass at least one.")
    claim = Claim(
        id=uuid.uuid4().hex,
        wants=tuple(want(each, lock) for each in objects),
        lease_us=int(lease.total_seconds() * 1_000_000),
        holder=(holder or _this_holder())[:200],
        why=why,
        within=frozenset() if within is None else within.claim.within | {within.claim.id},
    )
    return Held(claim, using=objects[0]._state.db or router.db_for_write(type(objects[0])), policy=policy)


def _this_holder() -> str:
    thread = threading.current_thread()
    name = "" if thread is threading.main_thread() else f"/{thread.name}"
    return f"{socket.gethostname()}:{os.getpid()}{name}"
