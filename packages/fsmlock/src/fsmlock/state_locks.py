"""Locks that an object holds for as long as it is in a state. The transition into the state takes them.

Such a hold belongs to the state, not to a process. Any process can find it by its id, and its lease is
unlimited in practice. It is taken and released in the transaction that saves the state.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from fsmlock import backends
from fsmlock.active_hold import current_claims, release_claim
from fsmlock.ancestors import lock_requests
from fsmlock.backends.base import Granted, busy_reason
from fsmlock.decisions import decide
from fsmlock.errors import ConfigurationError, TransitionRefused
from fsmlock.inspection import STATE_HOLDER, reason_for
from fsmlock.kept_claims import locks_by_state, state_claim_id
from fsmlock.locks import resource
from fsmlock.rules import UNLIMITED_LEASE_US, Claim, LockRequest

if TYPE_CHECKING:
    from collections.abc import Generator

    from django.db import models

#: A store outside the database shows a hold before the commit. If that never comes, the hold lasts this long.
_UNCOMMITTED_LEASE_US = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EnclosingHold:
    """What another hold is nested in: ``hold(obj, lock, within=state_hold(obj))``."""

    claim: Claim


def state_hold(obj: models.Model) -> EnclosingHold:
    """The hold of the object's current state. Raises ConfigurationError when that state holds no lock."""
    state: str = obj.state  # type: ignore[attr-defined]
    lock = locks_by_state(type(obj)).get(state)
    if lock is None:
        raise ConfigurationError(
            f"{obj} is {state}, and that state holds no lock. Hold it without within=state_hold(...)."
        )
    return EnclosingHold(claim=state_claim(obj, lock))


def own_holds() -> EnclosingHold:
    """All holds of the running code together, as what another hold is nested in."""
    return EnclosingHold(
        claim=Claim(id="", requests=(), lease_us=0, holder="", nested_in=current_claims()),
    )


def state_claim_ids(obj: models.Model) -> frozenset[str]:
    """The ids of the claims that belong to the object's current state."""
    lock = locks_by_state(type(obj)).get(getattr(obj, "state", ""))
    return frozenset() if lock is None or obj.pk is None else frozenset({state_claim_id(resource(obj), lock)})


def state_claim(obj: models.Model, lock: str, *, lease_us: int = UNLIMITED_LEASE_US) -> Claim:
    """The claim by which the object's current state holds the lock."""
    state: str = obj.state  # type: ignore[attr-defined]
    return Claim(
        id=state_claim_id(resource(obj), lock),
        requests=lock_requests([obj], [lock]),
        lease_us=lease_us,
        holder=f"{STATE_HOLDER}{state}",
        nested_in=current_claims(),
    )


def changes_lock(obj: models.Model, source: str) -> bool:
    """Whether the object's current state holds another lock than the state ``source``."""
    by_state = locks_by_state(type(obj))
    return by_state.get(source) != by_state.get(obj.state)  # type: ignore[attr-defined]


@contextmanager
def changing_state(obj: models.Model, source: str, *, using: str) -> Generator[None]:
    """Save a change of state inside this block: the locks of the states change with it, or not at all."""
    by_state = locks_by_state(type(obj))
    before, after = by_state.get(source), by_state.get(obj.state)  # type: ignore[attr-defined]
    with transaction.atomic(using=using):
        yield
        if after is not None:
            # Now the row has the parent that was saved with it.
            take_state_lock(obj, after, using=using)
        if before is not None:
            release = functools.partial(release_claim, state_claim(obj, before), using)
            if backends.get().visible_before_commit:
                transaction.on_commit(release, using=using)
            else:
                release()


def take_state_lock(obj: models.Model, lock: str, *, using: str) -> None:
    """Take the lock for the object's state. Raises TransitionRefused when another holder blocks it."""
    backend = backends.get()
    lease_us = _UNCOMMITTED_LEASE_US if backend.visible_before_commit else UNLIMITED_LEASE_US
    claim, answer = decide(state_claim(obj, lock, lease_us=lease_us), using=using)
    if not isinstance(answer, Granted):
        reasons = [reason_for(hold, obj) for hold in answer.holds] or [answer.reason or busy_reason()]
        raise TransitionRefused(reasons, instance=obj)
    if backend.visible_before_commit:
        renew = functools.partial(backend.renew, replace(claim, lease_us=UNLIMITED_LEASE_US), using=using)
        transaction.on_commit(renew, using=using)


def release_state_locks(obj: models.Model, *, using: str) -> None:
    """Release what the states of a deleted object may hold, with its row."""
    for lock in sorted(set(locks_by_state(type(obj)).values())):
        name = resource(obj)
        claim = Claim(
            id=state_claim_id(name, lock),
            requests=(LockRequest(resource=name, lock=lock),),
            lease_us=UNLIMITED_LEASE_US,
            holder="",
        )
        release = functools.partial(release_claim, claim, using)
        if backends.get().visible_before_commit:
            transaction.on_commit(release, using=using)
        else:
            release()
