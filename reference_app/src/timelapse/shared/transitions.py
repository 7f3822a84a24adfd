"""Everything that can be done with an object, by the name of its transition or action.

The declaration of a transition says who may, what is in the way, and which values it takes. An app that does
more than change the state registers what does it (`applied_by`); every other one is applied as declared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import fsmlock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.contrib.auth.models import User
    from django.db.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of the object, and what was created."""

    #: The object as it is now; None if it is gone.
    obj: Model | None
    created: Model | None = None
    #: The name of the object's transition that undoes what was done; empty: there is none.
    undo: str = ""


#: Takes the object, the user and the transition's values by name.
Apply: TypeAlias = "Callable[..., Applied]"
_Function = TypeVar("_Function", bound="Callable[..., Applied]")

_applied_by: dict[tuple[type[Model], str], Apply] = {}


def applied_by(model: type[Model], name: str) -> Callable[[_Function], _Function]:
    """Register the function that applies a transition or an action of a model."""

    def register(function: _Function) -> _Function:
        _applied_by[model, name] = function
        return function

    return register


def apply(obj: Any, name: str, user: User, given: Mapping[str, object]) -> Applied:  # noqa: ANN401 - any model
    """Apply a transition or an action for a user.

    Raises:
        Refused: the object has none of that name, a value doesn't fit, the user may not, or something is in
            the way.
    """
    call = fsmlock.offered_call(obj, name, given)
    # The permission, whatever the function does; what else is in the way, it decides by itself.
    missing = [reason for reason in fsmlock.explain(obj, to=name, user=user) if reason.code == "permission"]
    if missing:
        raise fsmlock.Refused(missing)
    function = _applied_by.get((type(obj), name))
    if function is not None:
        return function(obj, user, **call.values)
    call.apply(user=user)
    return Applied(obj=obj)
