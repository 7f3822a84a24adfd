"""Refuse to delete a row while somebody else holds a lock on its object, or on one of its parts.

Its holder would go on with an object that no longer exists, and the next save would bring the row back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.db.models.signals import pre_delete

from fsmlock import backends, clock
from fsmlock.active_hold import current_claims
from fsmlock.errors import HoldRefused
from fsmlock.inspection import reason_for
from fsmlock.locks import Locks, resource
from fsmlock.rules import is_claim_of_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models

    from fsmlock.backends.base import HoldInfo

#: Rows of one deletion share one query, unless there are more holds than this in the database.
_MOST_HOLDS: Final = 1000
#: The rows of one deletion are looked at within this time, in seconds; else the query is repeated.
_FRESH_S: Final = 1.0


def watch_deletions() -> None:
    """Look at every deletion of a row whose object has locks. Call it once all models are loaded."""
    for model in apps.get_models():
        if isinstance(getattr(model, "locks", None), Locks):
            pre_delete.connect(_refuse, sender=model, dispatch_uid=f"fsmlock.deletions.{id(model)}")


def _refuse(*, instance: models.Model, using: str, origin: object = None, **_: object) -> None:
    """Raise HoldRefused for a hold of somebody else. What a state holds is released with the row."""
    name = resource(instance)
    own = current_claims()
    reasons = [
        reason_for(hold, instance)
        for hold in _holds(name, using, None if origin is instance else origin)
        if hold.resource == name
        and not hold.waits
        and hold.claim not in own
        and not is_claim_of_state(hold.claim)
    ]
    if reasons:
        raise HoldRefused(reasons)


def _holds(name: str, using: str, origin: object) -> Sequence[HoldInfo]:
    """The holds on one resource, or for the rows of a queryset or a cascade those on all resources."""
    if origin is not None:
        holds: Sequence[HoldInfo]
        read_at, holds = origin.__dict__.get("_fsmlock_holds", (-_FRESH_S, ()))
        if clock.now() - read_at >= _FRESH_S:
            holds = backends.get().find(None, using=using, limit=_MOST_HOLDS + 1)
            origin.__dict__["_fsmlock_holds"] = (clock.now(), holds)
        if len(holds) <= _MOST_HOLDS:
            return holds
    return backends.get().find([name], using=using)
