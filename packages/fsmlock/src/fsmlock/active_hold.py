"""A hold while it lasts: whether it is still ours, its token, and transactions that it guards."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import connections, transaction

from fsmlock import backends, clock, conf, signals
from fsmlock.errors import CancelRequested, HoldLost
from fsmlock.renewal import renewer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from django.dispatch import Signal

    from fsmlock.backends.base import Granted, Renewed
    from fsmlock.reasons import Reason
    from fsmlock.rules import Claim

_log = logging.getLogger("fsmlock")
#: The holder stops trusting its lease this much (a part of it) before the store does.
_MARGIN = 0.02
_current: ContextVar[frozenset[str]] = ContextVar("fsmlock_current", default=frozenset())


def current_claims() -> frozenset[str]:
    """The claims held by the code that runs now (this thread or asyncio task)."""
    return _current.get()


class ActiveHold:
    """A hold, or with ``Skip`` the lack of one: true while it is held. Made by :func:`fsmlock.hold`."""

    def __init__(self, claim: Claim, *, using: str) -> None:
        self.claim = claim
        self.tokens: Mapping[str, int] = {}
        #: The fencing token: it grows with every hold of the object (the first object, if there are many).
        self.token = 0
        self.reasons: tuple[Reason, ...] = ()
        self._using = using
        self._lease = claim.lease_us / 1_000_000
        self._deadline = 0.0
        self._alarm: HoldLost | CancelRequested | None = None
        self._shielded = False
        #: What is called after the commit of the transaction that it was taken in.
        self._on_commit: Callable[[], None] | None = None
        self._pid = os.getpid()
        self.connection = connections[using]

    def __bool__(self) -> bool:
        return bool(self.tokens) and self.remaining > 0

    @property
    def in_transaction(self) -> bool:
        """Whether it was taken inside a transaction that is still open, in a part that wasn't rolled back."""
        mine = self._on_commit
        return mine is not None and any(entry[1] is mine for entry in self.connection.run_on_commit)

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
        """Open a transaction that commits only if the hold is still ours, decided inside that transaction.

        Keep it short: who wants the lock waits for its end. Raises HoldLost (rolls back) or CancelRequested.
        """
        self.check()
        asked = clock.now()
        with transaction.atomic(using=self._using):
            self._guard()
            self._shielded = not backends.get().visible_before_commit
            try:
                yield
                asked = clock.now()
                self._guard(again=True)
            finally:
                self._shielded = False
        if not self.connection.in_atomic_block:
            self._deadline = max(self._deadline, self._trusted_until(asked))

    def _guard(self, *, again: bool = False) -> None:
        if not backends.get().guard(self.claim, self.tokens, using=self._using, repeated=again):
            raise self._lose("somebody else took over")

    def granted(self, answer: Granted, asked: float) -> None:
        """The store granted the claim that was sent at ``asked`` (clock.now)."""
        self.tokens = answer.tokens
        self.token = answer.tokens[self.claim.requests[0].resource]
        self.reasons = ()
        self._deadline = self._trusted_until(asked)
        if self.connection.in_atomic_block and not backends.get().visible_before_commit:
            # Nobody else can see the rows before the commit, and nobody can take the lock meanwhile either.
            self._on_commit = self._committed
            transaction.on_commit(self._on_commit, using=self._using)
        renewer().add(self, self._next_renewal())
        _current.set(_current.get() | {self.claim.id})
        self._tell(signals.hold_taken)

    def _committed(self) -> None:
        self._on_commit = None
        if self.tokens:
            self.renew()

    def _trusted_until(self, asked: float) -> float:
        return asked + self._lease * (1 - _MARGIN)

    def _next_renewal(self) -> float:
        return clock.now() + min(self._lease / 3, conf.get().NOTICE_WITHIN.total_seconds())

    def renew(self) -> float | None:
        """Called by the background thread: renew, and see whether somebody asks to stop."""
        asked = clock.now()
        if isinstance(self._alarm, HoldLost) or not self.tokens:
            return None
        if self.in_transaction:
            self._deadline = self._trusted_until(asked)
            return self._next_renewal()
        if self._shielded:
            return self._next_renewal()
        if asked >= self._deadline:
            self._lose("it could not be renewed in time")
            return None
        try:
            answer = backends.get().renew(self.claim, using=self._using)
        except Exception as error:  # noqa: BLE001 - whatever the store throws, the deadline decides
            _log.warning("A hold could not be renewed, trying again: %s", error)
            connections[self._using].close_if_unusable_or_obsolete()  # the next try may open a new one
            return clock.now() + min(self._lease / 10, 1.0)
        return self._renewed(answer, asked)

    def _renewed(self, answer: Renewed, asked: float) -> float | None:
        if answer.unknown:
            return clock.now() + min(self._lease / 10, 1.0)
        if not answer.alive:
            if self._shielded:
                return self._next_renewal()
            if self.tokens:
                self._lose(f"{answer.by} broke it: {answer.why}" if answer.by else "somebody else took over")
            return None
        if answer.by and self._alarm is None:
            self._alarm = CancelRequested(answer.by, answer.why)
        self._deadline = max(self._deadline, self._trusted_until(asked))
        return self._next_renewal()

    def _lose(self, how: str) -> HoldLost:
        if isinstance(self._alarm, HoldLost):
            return self._alarm
        held = ", ".join(f"{w.lock} on {w.resource}" for w in self.claim.requests)
        lost = HoldLost(f"The hold of {held} is lost: {how}. Stop without writing, then start anew.")
        self._alarm = lost
        self._tell(signals.hold_lost, why=how)
        return lost

    def lose(self, how: str = "the test said so") -> None:
        """Lose the hold now; for tests (see fsmlock.testing.lose_hold)."""
        self._lose(how)

    def release(self) -> None:
        """Give the hold back; nothing happens if it is gone, or in a forked child: it is its parent's."""
        if not self.tokens:
            return
        tokens = self.forget()
        if os.getpid() != self._pid:
            return
        backends.get().release(self.claim, using=self._using)
        if not isinstance(self._alarm, HoldLost):
            self._tell(signals.hold_released, tokens=tokens)

    def forget(self) -> Mapping[str, int]:
        """Stop renewing, without a word to the store."""
        renewer().remove(self)
        _current.set(_current.get() - {self.claim.id})
        tokens, self.tokens = self.tokens, {}
        self._deadline = 0.0
        return tokens

    def _tell(self, signal: Signal, *, why: str = "", tokens: Mapping[str, int] | None = None) -> None:
        if not signal.receivers:
            return
        for each in self.claim.requests:
            event = signals.HoldEvent(
                resource=each.resource,
                lock=each.lock,
                holder=self.claim.holder,
                token=(tokens or self.tokens).get(each.resource, 0),
                why=why or self.claim.why,
                using=self._using,
            )
            signal.send_robust(sender=ActiveHold, event=event)
