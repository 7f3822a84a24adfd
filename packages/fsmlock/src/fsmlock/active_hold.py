"""A hold while it is active: whether it is still ours, its token, and the transactions that it guards."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections, transaction

from fsmlock import backends, clock, conf, signals
from fsmlock.errors import CancelRequested, FsmlockError, HoldLost
from fsmlock.renewal import renewer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from django.dispatch import Signal

    from fsmlock.backends.base import Granted, Renewed
    from fsmlock.reasons import Reason
    from fsmlock.rules import Claim

_log = logging.getLogger("fsmlock")
#: The holder stops trusting its lease this fraction of it before the store does.
_MARGIN = 0.02
#: The claims held by the running code, each with the thread or asyncio task that is inside the block of the
#: hold; None without a block. A task inherits the context of the one that started it.
_current: ContextVar[Mapping[str, object]] = ContextVar("fsmlock_current", default=MappingProxyType({}))


def current_claims() -> frozenset[str]:
    """The ids of the claims held by the running code (this thread or asyncio task)."""
    return frozenset(_current.get())


def release_claim(claim: Claim, using: str) -> bool:
    """Release whatever a claim has, and return whether the store did so.

    What the store doesn't release now ends with its lease. That is no reason to fail the work that was done,
    nor to hide the error that ended it. It raises only when the error broke an open transaction, because
    that work is lost.
    """
    try:
        with backends.Answering(using):
            backends.get().release(claim, using=using)
    except (FsmlockError, DatabaseError) as error:
        was_broken = isinstance(error, transaction.TransactionManagementError)
        if connections[using].needs_rollback and not was_broken:
            raise
        _log.warning("%s could not be released and ends with the lease: %s", _locks_in(claim), error)
        return False
    return True


def _locks_in(claim: Claim) -> str:
    return ", ".join(f"{each.lock} on {each.resource}" for each in claim.requests)


class ActiveHold:
    """A hold, true while it is held. With the policy ``Skip`` it may be refused, and false.

    Created by :func:`fsmlock.hold`.
    """

    def __init__(self, claim: Claim, *, using: str) -> None:
        self.claim = claim
        self.tokens: Mapping[str, int] = {}
        #: The fencing token: it grows with every hold of the object (the first object, if there are several).
        self.token = 0
        self.reasons: tuple[Reason, ...] = ()
        #: The thread (its number) or asyncio task that asks for the hold.
        self.executor: object = threading.get_ident()
        self._using = using
        self._lease = claim.lease_us / 1_000_000
        self._deadline = 0.0
        self._stop: HoldLost | CancelRequested | None = None
        #: Inside ``transaction()`` on a database: nobody else can take the lock before it ends.
        self._guarded = False
        #: Called after the commit of the transaction in which the hold was taken.
        self._on_commit: Callable[[], None] | None = None
        self._pid = os.getpid()
        self.connection = connections[using]

    def __bool__(self) -> bool:
        return bool(self.tokens) and not self._is_lost()

    def entered(self) -> None:
        """Its thread or task is inside the block of this hold, and can't leave it while it waits."""
        if self.tokens:
            _current.set({**_current.get(), self.claim.id: self.executor})

    def waits_for_itself(self, claim: str) -> bool:
        """Whether the thread or task that asks for this hold is inside the block of the other claim."""
        return _current.get().get(claim) == self.executor

    @property
    def using(self) -> str:
        """The alias of the database that decides about it."""
        return self._using

    @property
    def deadline(self) -> float:
        """When the lease ends unless it is renewed, by this host's own clock (fsmlock.clock)."""
        return self._deadline

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction that is still open took it or keeps it, in a part that wasn't rolled back."""
        callback = self._on_commit
        return callback is not None and any(entry[1] is callback for entry in self.connection.run_on_commit)

    @property
    def remaining(self) -> float:
        """Seconds until the lease ends unless it is renewed, by this host's own clock."""
        return 0.0 if isinstance(self._stop, HoldLost) else max(0.0, self._deadline - clock.now())

    def check(self) -> None:
        """Raise HoldLost or CancelRequested if the work must stop. Costs less than a microsecond."""
        if self._stop is not None:
            raise self._stop
        if clock.now() >= self._deadline and self._is_lost():
            raise self.mark_lost("it could not be renewed in time")

    def _is_lost(self) -> bool:
        if isinstance(self._stop, HoldLost):
            return True
        return clock.now() >= self._deadline and not self._guarded and not self._is_kept()

    def _is_kept(self) -> bool:
        """Whether the store still has the hold although it was not renewed in time, and renews it now.

        Only a local store is asked, since it answers at once. While the holder's own transaction keeps
        everybody from writing to it, the hold can't be renewed, but nobody can take over either.
        """
        if not backends.get().is_local(self._using) or connections[self._using] is not self.connection:
            return False
        sent_at = clock.now()
        try:
            answer = backends.get().renew(self.claim, using=self._using)
        except DatabaseError:  # somebody else writes, or this transaction is broken
            return False
        if not answer.alive:
            return False
        if self.connection.in_atomic_block and not self.in_transaction:
            self._until_commit()
        self._renewed(answer, sent_at)
        return True

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Open a transaction that commits only if the hold is still ours, decided inside the transaction.

        Keep it short: waiters for the lock wait for its end. Raises HoldLost (and rolls back),
        CancelRequested, or StoreUnavailable (and rolls back) when the store can't confirm the hold.
        """
        self.check()
        sent_at = clock.now()
        with transaction.atomic(using=self._using):
            self._guard()
            self._guarded = not backends.get().visible_before_commit
            try:
                yield
                sent_at = clock.now()
                self._guard(repeated=True)
            finally:
                self._guarded = False
        if not self.connection.in_atomic_block:
            self._deadline = max(self._deadline, self._trusted_until(sent_at))

    def _guard(self, *, repeated: bool = False) -> None:
        with backends.Answering(self._using):
            valid = backends.get().guard(self.claim, self.tokens, using=self._using, repeated=repeated)
        if not valid:
            raise self.mark_lost("somebody else took over")

    def start(self, answer: Granted, sent_at: float) -> None:
        """Start to hold what the store granted to the request sent at ``sent_at`` (clock.now)."""
        self.tokens = answer.tokens
        self.token = answer.tokens[self.claim.requests[0].resource]
        self.reasons = ()
        self._deadline = self._trusted_until(sent_at)
        if self.connection.in_atomic_block and not backends.get().visible_before_commit:
            # Nobody else can see the rows before the commit, and nobody can take the lock meanwhile either.
            self._until_commit()
        renewer().add(self, self._next_renewal())
        _current.set({**_current.get(), self.claim.id: None})
        self._send(signals.hold_taken)

    def _until_commit(self) -> None:
        """The open transaction keeps the hold, unless it is rolled back: see ``in_transaction``."""
        self._on_commit = self._committed
        transaction.on_commit(self._on_commit, using=self._using)

    def _committed(self) -> None:
        self._on_commit = None
        if self.tokens:
            self.renew()

    def _trusted_until(self, sent_at: float) -> float:
        return sent_at + self._lease * (1 - _MARGIN)

    def _next_renewal(self) -> float:
        return clock.now() + min(self._lease / 3, conf.get().NOTICE_WITHIN.total_seconds())

    def renew(self) -> float | None:
        """Renew the lease and read a cancel request. Called by the background thread.

        Returns when to renew next (clock.now), or None for never again.
        """
        sent_at = clock.now()
        if isinstance(self._stop, HoldLost) or not self.tokens:
            return None
        if self.in_transaction:
            self._deadline = self._trusted_until(sent_at)
            return self._next_renewal()
        if self._guarded:
            return self._next_renewal()
        if sent_at >= self._deadline and not backends.get().is_local(self._using):
            self.mark_lost("it could not be renewed in time")
            return None
        try:
            answer = backends.get().renew(self.claim, using=self._using)
        except Exception as error:  # noqa: BLE001 - whatever the store raises, the deadline decides
            _log.warning("A hold could not be renewed, trying again: %s", error)
            connections[self._using].close_if_unusable_or_obsolete()  # the next attempt may open a new one
            return clock.now() + min(self._lease / 10, 1.0)
        return self._renewed(answer, sent_at)

    def _renewed(self, answer: Renewed, sent_at: float) -> float | None:
        if answer.unknown:
            return clock.now() + min(self._lease / 10, 1.0)
        if not answer.alive:
            if self._guarded:
                return self._next_renewal()
            if self.tokens:
                broken = f"{answer.by} broke it: {answer.why}" if answer.by else "somebody else took over"
                self.mark_lost(broken)
            return None
        if answer.by and self._stop is None:
            self._stop = CancelRequested(answer.by, answer.why)
        self._deadline = max(self._deadline, self._trusted_until(sent_at))
        return self._next_renewal()

    def mark_lost(self, cause: str) -> HoldLost:
        """Treat the hold as lost from now on: ``check`` raises the HoldLost that this returns."""
        if isinstance(self._stop, HoldLost):
            return self._stop
        lost = HoldLost(
            f"The hold of {_locks_in(self.claim)} is lost: {cause}. Stop without writing, then start again."
        )
        self._stop = lost
        self._send(signals.hold_lost, why=cause)
        return lost

    def release(self) -> None:
        """Release the hold. Does nothing if it is gone, or in a forked child: the parent owns the hold."""
        if not self.tokens:
            return
        tokens = self.detach()
        if os.getpid() != self._pid:
            return
        if release_claim(self.claim, self._using) and not isinstance(self._stop, HoldLost):
            self._send(signals.hold_released, tokens=tokens)

    def detach(self) -> Mapping[str, int]:
        """Stop renewing, without notifying the store. Returns the tokens that were held."""
        renewer().remove(self)
        _current.set({id_: by for id_, by in _current.get().items() if id_ != self.claim.id})
        tokens, self.tokens = self.tokens, {}
        self._deadline = 0.0
        return tokens

    def _send(self, signal: Signal, *, why: str = "", tokens: Mapping[str, int] | None = None) -> None:
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
