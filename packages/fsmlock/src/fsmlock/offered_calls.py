"""A transition or action that somebody asks for by name, with plain values: from a form, a page, an API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from fsmlock.actions import call_action
from fsmlock.declarations import TransitionDef, operations_of
from fsmlock.errors import NotOffered, ValuesRefused
from fsmlock.offers import values_of
from fsmlock.reasons import Reason, did_you_mean, storable
from fsmlock.transitions import apply_transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.declarations import Operation
    from fsmlock.offers import Value
    from fsmlock.policies import Policy

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCall:
    """A transition or action of one object, and the values of all its fields. Nothing has happened yet."""

    obj: models.Model
    operation: Operation
    values: Mapping[str, Value]

    def apply(self, *, user: User | AnonymousUser | None, policy: Policy | None = None) -> object:
        """Apply the transition or call the action, for a user. Returns what the method returned.

        ``user`` and ``policy`` are those of ``apply_transition``.

        Raises:
            Refused: the user may not, or something else is in the way.
        """
        call: Any = apply_transition if isinstance(self.operation, TransitionDef) else call_action
        result: object = call(self.obj, self.operation.name, user=user, policy=policy, **self.values)
        return result


def offered_call(obj: models.Model, name: str, given: Mapping[str, object]) -> OfferedCall:
    """Find what ``obj`` offers people by that name, and take the values of its fields from ``given``.

    A field that is not given has what it has at first for this object. ``apply`` looks at the state, the
    permission and the locks.

    Raises:
        NotOffered: the object has no transition or action of that name, or it is internal.
        ValuesRefused: a value does not fit its field, or there is no such field.
    """
    offered = {each.name: each for each in operations_of(type(obj)).values() if not each.internal}
    operation = offered.get(name)
    if operation is None:
        raise NotOffered([_unknown(obj, name, offered)], instance=obj)
    values, reasons = values_of(operation.offer.about(obj).input, given)
    if reasons:
        raise ValuesRefused(reasons, instance=obj)
    return OfferedCall(obj=obj, operation=operation, values=values)


def _unknown(obj: models.Model, name: str, offered: Iterable[str]) -> Reason:
    asked = storable(name, at_most=_LONGEST_NAME)
    params = {"object": type(obj).__name__, "transition": asked}
    return Reason(
        code="unknown_transition",
        message=gettext("%(object)s has no transition or action “%(transition)s”.") % params,
        params=params,
        remedy=did_you_mean(asked, offered).strip(),
    )
