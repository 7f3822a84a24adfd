"""The claims that states keep: which state keeps which lock, and whether a claim in the store still counts.

Such a claim has no process and no lease. It counts only while the row of its object is in a state that keeps
the lock, and for the ancestors that the row has. Otherwise somebody deleted or changed the row behind our
back: the claim is left over, and blocks nobody.
"""

from __future__ import annotations

import functools
import uuid
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models

from fsmlock import backends
from fsmlock.ancestors import RowGoneError, ancestries, lock_request
from fsmlock.declarations import transitions_of
from fsmlock.locks import owner
from fsmlock.rules import YEAR_US, Claim, is_claim_of_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fsmlock.backends.base import HoldInfo

_NAMESPACE = uuid.UUID("6a4d9c1e-3a55-4f0a-9b6e-0f6f6d6c7357")


@functools.cache
def locks_by_state(model: type[models.Model]) -> Mapping[str, str]:
    """The states that hold a lock, each with that lock, as any class of the object declares them.

    A transition within a state changes nothing.
    """
    return {
        each.target: each.holds
        for one in (*classes_of(owner(model)), model)
        for each in transitions_of(one).values()
        if each.holds
    }


def classes_of(model: type[models.Model]) -> Iterator[type[models.Model]]:
    """A model with its proxies and multi-table children."""
    yield model
    for each in model.__subclasses__():
        yield from classes_of(each)


def state_claim_id(resource: str, lock: str) -> str:
    """The id of the claim by which a state holds the lock on a resource: the same in every process."""
    return uuid.uuid5(_NAMESPACE, f"{resource} {lock}").hex


def left_over(holds: Iterable[HoldInfo], *, using: str) -> list[HoldInfo]:
    """The rows of those among ``holds`` that a state keeps, as far as they don't count any more."""
    claims = {hold.claim: hold for hold in holds if _is_kept(hold)}
    return [row for hold in claims.values() for row in _left_over(hold, using)]


def is_incomplete(hold: HoldInfo, *, using: str) -> bool:
    """Whether the claim of a state doesn't mark an ancestor that its object has now."""
    if not _is_kept(hold):
        return False
    rows = backends.get().find_claim(hold, using=using)
    return bool(_current_rows(rows, using) - {(row.resource, row.lock) for row in rows})


def _is_kept(hold: HoldInfo) -> bool:
    """One that isn't committed yet has a lease."""
    lease_us = (hold.expires_at - hold.since).total_seconds() * 1_000_000
    return not hold.waits and is_claim_of_state(hold.claim) and lease_us > YEAR_US


def _left_over(hold: HoldInfo, using: str) -> Iterator[HoldInfo]:
    rows = backends.get().find_claim(hold, using=using)
    current = _current_rows(rows, using)
    yield from (row for row in rows if (row.resource, row.lock) not in current)


def _current_rows(rows: Sequence[HoldInfo], using: str) -> set[tuple[str, str]]:
    """What the claim has a right to: each resource and lock."""
    held = next((row for row in rows if row.kind == "held"), None)
    obj = None if held is None else find_object(held.resource, using=using)
    if held is None or obj is None or locks_by_state(type(obj)).get(getattr(obj, "state", "")) != held.lock:
        return set()
    try:
        (ancestry,) = ancestries([obj], from_rows=True)
    except RowGoneError:
        return set()
    request = lock_request(obj, held.lock, ancestry)
    claim = Claim(id=held.claim, requests=(request,), lease_us=0, holder="")
    return {(row.resource, row.lock) for row in claim.rows}


def find_object(resource: str, *, using: str) -> models.Model | None:
    """The object that a resource names; None if there is none. It asks no manager, which might hide it."""
    label, _, pk = resource.partition(":")
    try:
        rows: models.QuerySet[models.Model] = models.QuerySet(model=apps.get_model(label), using=using)
        return rows.filter(pk=pk).first()
    except (LookupError, ValueError):
        return None
