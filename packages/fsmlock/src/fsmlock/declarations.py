"""The declaration of a transition: its states and the conditions, permission and locks that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import gettext

from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models
    from django.utils.functional import _StrPromise as StrPromise

#: Takes the object; returns None or a Reason (or, as in plain django-fsm, True or False).
Condition: TypeAlias = Callable[[Any], "Reason | bool | None"]
Permission: TypeAlias = "str | Callable[[Any, User | AnonymousUser], bool]"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionDef:
    """A declared transition: the method ``name`` moves an object from any ``source`` to ``target``."""

    name: str
    source: tuple[str, ...]
    target: str
    label: str | StrPromise
    needs: str | None = None
    #: The lock that the object holds while it is in the target state.
    holds: str | None = None
    conditions: tuple[Condition, ...] = ()
    permission: Permission | None = None
    internal: bool = False
    #: The first line of the method's docstring: when does this transition happen?
    description: str = ""

    def starts_from(self, state: str) -> bool:
        """Whether the transition can start from ``state``."""
        return "*" in self.source or state in self.source


def evaluate_condition(condition: Condition, obj: models.Model) -> Reason | None:
    """The reason why the condition is not met, or None. Accepts conditions that return True or False."""
    result = condition(obj)
    if result is None or result is True:
        return None
    if isinstance(result, Reason):
        return result
    name = getattr(condition, "__name__", type(condition).__name__)
    summary = (condition.__doc__ or "").strip().split("\n")[0]
    params = {"condition": name.replace("_", " "), "meaning": gettext(summary) if summary else ""}
    text = (
        gettext("The condition %(condition)s is not met: %(meaning)s")
        if summary
        else gettext("The condition %(condition)s is not met.")
    )
    return Reason(
        code=name,
        message=text % params,
        remedy=gettext("Make it true, then try again."),
        params={"condition": name},
    )


def transitions_of(model: type[models.Model]) -> dict[str, TransitionDef]:
    """All transitions of a model by name: base classes first, each in the order of declaration."""
    found: dict[str, TransitionDef] = {}
    for cls in reversed(model.__mro__):
        for name, value in vars(cls).items():
            definition = getattr(value, "fsmlock_transition", None)
            if isinstance(definition, TransitionDef):
                found[name] = definition
            else:
                found.pop(name, None)
    return found
