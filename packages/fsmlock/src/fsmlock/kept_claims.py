"""The claims that states keep: which state keeps which lock, and whether a claim in the store still counts.

Such a claim has no process and no lease. It counts only while the row of its object is in a state that keeps
the lock, and for the ancestors that the row has. Otherwise somebody deleted or changed the row behind our
back: the claim is left over, and blocks nobody.
"""

from __future__ import annotations

import functools
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from fsmlock import backends
from fsmlock.ancestors import RowGoneError, ancestries_or_gone, lock_request
from fsmlock.chunks import chunks
from fsmlock.declarations import transitions_of
from fsmlock.locks import owner, resource
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


class Compared(NamedTuple):
    """What the rows of objects say about claims of states.

    ``left_over`` are the rows in the store that don't count any more; ``incomplete`` the claims that don't
    mark an ancestor which their object has now.
    """

    left_over: list[HoldInfo]
    incomplete: frozenset[str]


def compare(holds: Iterable[HoldInfo], *, using: str) -> Compared:
    """Compare those among ``holds`` that a state keeps with the rows of their objects.

    The number of queries doesn't depend on the number of holds.
    """
    kept = {hold.claim: hold for hold in holds if _is_kept(hold)}
    if not kept:
        return Compared([], frozenset())
    stored = backends.get().find_claims(list(kept.values()), using=using)
    rows = {row: (row.claim, row.resource, row.lock) for row in stored}
    counting = _counting(stored, using)
    return Compared(
        left_over=[row for row, name in rows.items() if name not in counting],
        incomplete=frozenset(claim for claim, *_ in counting - set(rows.values())),
    )


def left_over(holds: Iterable[HoldInfo], *, using: str) -> list[HoldInfo]:
    """The rows of those among ``holds`` that a state keeps, as far as they don't count any more."""
    return compare(holds, using=using).left_over


def without_left_over(holds: Sequence[HoldInfo], *, using: str) -> list[HoldInfo]:
    """The holds that count: all but what states left over."""
    gone = {row.row() for row in left_over(holds, using=using)}
    return [hold for hold in holds if hold.row() not in gone]


def _is_kept(hold: HoldInfo) -> bool:
    """One that isn't committed yet has a lease."""
    lease_us = (hold.expires_at - hold.since).total_seconds() * 1_000_000
    return not hold.waits and is_claim_of_state(hold.claim) and lease_us > YEAR_US


def _counting(rows: Sequence[HoldInfo], using: str) -> set[tuple[str, str, str]]:
    """What the claims have a right to: each claim with a resource and a lock."""
    held = [row for row in rows if row.kind == "held"]
    objects = find_objects([row.resource for row in held], using=using)
    valid = [
        (row, obj)
        for row in held
        if (obj := objects.get(row.resource)) is not None
        and locks_by_state(type(obj)).get(getattr(obj, "state", "")) == row.lock
    ]
    found: set[tuple[str, str, str]] = set()
    above = ancestries_or_gone([obj for _, obj in valid], from_rows=True)
    for (row, obj), ancestry in zip(valid, above, strict=True):
        if isinstance(ancestry, RowGoneError):
            continue
        request = lock_request(obj, row.lock, ancestry)
        claim = Claim(id=row.claim, requests=(request,), lease_us=0, holder="")
        found |= {(row.claim, each.resource, each.lock) for each in claim.rows}
    return found


def find_objects(resources: Iterable[str], *, using: str) -> dict[str, models.Model]:
    """The objects that resources name, as far as they exist. It asks no manager, which might hide them."""
    keys: dict[type[models.Model], list[object]] = {}
    for name in set(resources):
        label, _, pk = name.partition(":")
        with suppress(LookupError, ValueError, ValidationError):
            model = apps.get_model(label)
            keys.setdefault(model, []).append(model._meta.pk.to_python(pk))
    found = {}
    for model, own in keys.items():
        rows: models.QuerySet[models.Model] = models.QuerySet(model=model, using=using)
        for some in chunks(own):
            found.update({resource(obj): obj for obj in rows.filter(pk__in=some)})
    return found
