"""Locks that an object keeps while it is in a state: taken by the transition into it.

Such a hold belongs to the state, not to a process: any process can find it by its id, and it has no lease to
speak of. It is taken and released in the transaction that saves the state.
"""

from __future__ import annotations

import functools
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from fsmlock import backends
from fsmlock.active_hold import current_claims
from fsmlock.backends.base import Granted, busy_reason
from fsmlock.declarations import transitions_of
from fsmlock.errors import ConfigurationError, TransitionRefused
from fsmlock.inspection import reason_for
from fsmlock.locks import lock_request, resource
from fsmlock.rules import UNLIMITED_LEASE_US, Claim

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from django.db import models

_NAMESPACE = uuid.UUID("6a4d9c1e-3a55-4f0a-9b6e-0f6f6d6c7357")
#: A store outside the database sees a hold before the commit: if that never comes, it lasts this long.
_UNCOMMITTED_LEASE_US = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StateHold:
    """The hold that an object's state keeps: ``hold(obj, lock, within=state_hold(obj))`` enters it."""

    claim: Claim


@functools.cache
def locks_by_state(model: type[models.Model]) -> Mapping[str, str]:
    """The states that keep a lock, each with that lock. Who stays in a state changes nothing."""
    return {
        definition.target: definition.holds
        for definition in transitions_of(model).values()
        if definition.holds
    }


def state_hold(obj: models.Model) -> StateHold:
    """What the object's present state keeps. Raises ConfigurationError when it keeps nothing."""
    state: str = obj.state  # type: ignore[attr-defined]
    lock = locks_by_state(type(obj)).get(state)
    if lock is None:
        raise ConfigurationError(
            f"{obj} is {state}, and that state keeps no lock. Hold it without within=state_hold(...)."
        )
    return StateHold(claim=state_claim(obj, lock))


def state_claim_ids(obj: models.Model) -> frozenset[str]:
    """The ids of the claims that the object's present state keeps."""
    lock = locks_by_state(type(obj)).get(getattr(obj, "state", ""))
    return frozenset() if lock is None or obj.pk is None else frozenset({state_claim_id(resource(obj), lock)})


def state_claim_id(name: str, lock: str) -> str:
    """The id of the claim by which a resource keeps a lock: the same in every process."""
    return uuid.uuid5(_NAMESPACE, f"{name} {lock}").hex


def state_claim(obj: models.Model, lock: str, *, lease_us: int = UNLIMITED_LEASE_US) -> Claim:
    """The claim by which the object keeps the lock."""
    state: str = obj.state  # type: ignore[attr-defined]
    return Claim(
        id=state_claim_id(resource(obj), lock),
        requests=(lock_request(obj, lock),),
        lease_us=lease_us,
        holder=gettext("its state %(state)s") % {"state": state},
        nested_in=current_claims(),
    )


@contextmanager
def changing_state(obj: models.Model, source: str, *, using: str) -> Generator[None]:
    """Save a change of state inside this block: what the states keep changes with it, or not at all."""
    by_state = locks_by_state(type(obj))
    before, after = by_state.get(source), by_state.get(obj.state)  # type: ignore[attr-defined]
    if before == after:
        yield
        return
    outside = backends.get().visible_before_commit
    with transaction.atomic(using=using):
        if after is not None:
            take(obj, after, using=using)
        try:
            yield
        except BaseException:
            if after is not None and outside:
                backends.get().release(state_claim(obj, after), using=using)
            raise
        if before is not None:
            release = functools.partial(backends.get().release, state_claim(obj, before), using=using)
            transaction.on_commit(release, using=using) if outside else release()


def take(obj: models.Model, lock: str, *, using: str) -> None:
    """Take the lock for the object's state. Raises TransitionRefused when somebody else is in the way."""
    backend = backends.get()
    lease_us = _UNCOMMITTED_LEASE_US if backend.visible_before_commit else UNLIMITED_LEASE_US
    answer = backend.acquire(state_claim(obj, lock, lease_us=lease_us), using=using)
    if not isinstance(answer, Granted):
        reasons = [reason_for(h, obj) for h in answer.holds] or [answer.reason or busy_reason()]
        raise TransitionRefused(reasons, instance=obj)
    if backend.visible_before_commit:
        transaction.on_commit(
            functools.partial(backend.renew, state_claim(obj, lock), using=using), using=using
        )
