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
from fsmlock.arrows import arrows
from fsmlock.backends.base import Granted, busy_reason
from fsmlock.errors import Misdeclared, TransitionRefused
from fsmlock.held import current_claims
from fsmlock.holds import told
from fsmlock.locks import lock_request, resource
from fsmlock.rules import UNLIMITED_LEASE_US, Claim

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from django.db import models

_NAMESPACE = uuid.UUID("6a4d9c1e-3a55-4f0a-9b6e-0f6f6d6c7357")
#: A store outside the database sees a hold before the commit: if that never comes, it lasts this long.
_UNCOMMITTED_LEASE_US = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The hold that an object's state keeps: ``hold(obj, lock, within=kept(obj))`` enters it."""

    claim: Claim


@functools.cache
def keepers(model: type[models.Model]) -> Mapping[str, str]:
    """The states that keep a lock, each with that lock. Who stays in a state changes nothing."""
    return {arrow.target: arrow.holds for arrow in arrows(model).values() if arrow.holds}


def kept(obj: models.Model) -> Kept:
    """What the object's present state keeps. Raises Misdeclared when it keeps nothing."""
    state: str = obj.state  # type: ignore[attr-defined]
    lock = keepers(type(obj)).get(state)
    if lock is None:
        raise Misdeclared(
            f"{obj} is {state}, and that state keeps no lock. Hold it without within=kept(...)."
        )
    return Kept(claim=claim_of(obj, lock))


def kept_claims(obj: models.Model) -> frozenset[str]:
    """The ids of the claims that the object's present state keeps."""
    lock = keepers(type(obj)).get(getattr(obj, "state", ""))
    return frozenset() if lock is None or obj.pk is None else frozenset({kept_id(resource(obj), lock)})


def kept_id(name: str, lock: str) -> str:
    """The id of the claim by which a resource keeps a lock: the same in every process."""
    return uuid.uuid5(_NAMESPACE, f"{name} {lock}").hex


def claim_of(obj: models.Model, lock: str, *, lease_us: int = UNLIMITED_LEASE_US) -> Claim:
    """The claim by which the object keeps the lock."""
    state: str = obj.state  # type: ignore[attr-defined]
    return Claim(
        id=kept_id(resource(obj), lock),
        requests=(lock_request(obj, lock),),
        lease_us=lease_us,
        holder=gettext("its state %(state)s") % {"state": state},
        nested_in=current_claims(),
    )


@contextmanager
def moving(obj: models.Model, source: str, *, using: str) -> Generator[None]:
    """Save a change of state inside this block: what the states keep changes with it, or not at all."""
    keeping = keepers(type(obj))
    before, after = keeping.get(source), keeping.get(obj.state)  # type: ignore[attr-defined]
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
                backends.get().release(claim_of(obj, after), using=using)
            raise
        if before is not None:
            release = functools.partial(backends.get().release, claim_of(obj, before), using=using)
            transaction.on_commit(release, using=using) if outside else release()


def take(obj: models.Model, lock: str, *, using: str) -> None:
    """Take the lock for the object's state. Raises TransitionRefused when somebody else is in the way."""
    backend = backends.get()
    lease_us = _UNCOMMITTED_LEASE_US if backend.visible_before_commit else UNLIMITED_LEASE_US
    answer = backend.acquire(claim_of(obj, lock, lease_us=lease_us), using=using)
    if not isinstance(answer, Granted):
        reasons = [told(h, obj) for h in answer.holds] or [answer.reason or busy_reason()]
        raise TransitionRefused(reasons, instance=obj)
    if backend.visible_before_commit:
        transaction.on_commit(functools.partial(backend.renew, claim_of(obj, lock), using=using), using=using)
