"""Refuse to give an object another parent while a state keeps a lock on it or below it.

The hold of a state marks the ancestors that the object had when it came into the state. Below another parent
nobody would see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.signals import pre_save
from django.utils.translation import gettext

from fsmlock import backends
from fsmlock.ancestors import inheriting_models
from fsmlock.declarations import transitions_of
from fsmlock.errors import ConfigurationError, TransitionRefused
from fsmlock.inspection import display_name, holder_name
from fsmlock.kept_claims import classes_of, locks_by_state, without_left_over
from fsmlock.locks import locks_of, own_key, owner, resource
from fsmlock.reasons import Reason
from fsmlock.rules import is_claim_of_state
from fsmlock.sentences import name_of, translated

if TYPE_CHECKING:
    from collections.abc import Collection

    from fsmlock.backends.base import HoldInfo


#: The models that other objects, which states keep locks on, are below of.
_above: set[type[models.Model]] = set()


def watch_moves() -> None:
    """Look at every save of a model whose objects may be below a parent that a state's hold marks.

    Call it once all models are loaded.
    """
    for model in apps.get_models():
        if not any(each.holds for each in transitions_of(model).values()):
            continue
        try:
            movable = inheriting_models(model)
        except (ConfigurationError, FieldDoesNotExist):
            continue  # the system checks say what is wrong
        _above.update(movable[1:])
        for each in movable:
            for sender in classes_of(each):
                pre_save.connect(_refuse_move, sender=sender, dispatch_uid=f"fsmlock.moves.{id(sender)}")


def _refuse_move(
    *, instance: models.Model, raw: bool, using: str, update_fields: Collection[str] | None, **_: object
) -> None:
    if raw or instance._state.adding or not _may_be_marked(instance, update_fields):
        return
    if not _changes_parent(instance, using, update_fields):
        return
    found = backends.get().find([resource(instance)], using=using)
    kept = [hold for hold in found if is_claim_of_state(hold.claim) and not _is_left(instance, hold)]
    reasons = [_reason(instance, hold) for hold in without_left_over(kept, using=using)]
    if reasons:
        raise TransitionRefused(reasons[:1], instance=instance)


def _may_be_marked(instance: models.Model, update_fields: Collection[str] | None) -> bool:
    """Whether a state's hold may be on the object, as far as that is known without a query."""
    if owner(type(instance)) in _above or update_fields is not None:
        return True
    # A save of all fields compares the state with the row.
    return getattr(instance, "state", "") in locks_by_state(type(instance))


def _changes_parent(instance: models.Model, using: str, update_fields: Collection[str] | None) -> bool:
    """Whether this save writes another parent than the row has."""
    model = owner(type(instance))
    key: Any = model._meta.get_field(locks_of(model).inherit_from or "")
    if key.attname not in instance.__dict__:  # deferred: it isn't written
        return False
    if update_fields is not None and not {key.name, key.attname} & set(update_fields):
        return False
    rows: models.QuerySet[models.Model] = models.QuerySet(model=model, using=using)
    stored = rows.filter(pk=own_key(instance, model)).values_list(key.attname, flat=True).first()
    return stored is not None and key.to_python(instance.__dict__[key.attname]) != stored


def _is_left(instance: models.Model, hold: HoldInfo) -> bool:
    """Whether the object leaves the state that keeps this lock, with the same save."""
    kept = locks_by_state(type(instance)).get(getattr(instance, "state", ""))
    return hold.kind == "held" and hold.lock != kept


def _reason(instance: models.Model, hold: HoldInfo) -> Reason:
    params = {"object": name_of(instance), "lock": translated(hold.lock), "holder": holder_name(hold)}
    if hold.kind == "held":
        message = gettext(
            "%(object)s can't move to another parent: %(holder)s keeps the lock %(lock)s on it."
        )
    else:
        message = gettext(
            "%(object)s can't move to another parent: %(holder)s keeps a lock on one of its parts, which"
            " blocks %(lock)s here."
        )
    return Reason(
        code="state_keeps_lock",
        message=message % params,
        remedy=gettext("Bring it out of that state first, then move it.")
        if hold.kind == "held"
        else gettext("Bring that part out of its state first, then move %(object)s.") % params,
        params={"resource": hold.resource, "lock": hold.lock, "object": display_name(hold.resource)},
    )
