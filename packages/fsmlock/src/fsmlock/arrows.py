"""Transitions as they are declared: arrows between states, with what each one asks for."""

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

#: Takes the object; answers None or a Reason (or, as in plain django-fsm, True or False).
Condition: TypeAlias = Callable[[Any], "Reason | bool | None"]
Permission: TypeAlias = "str | Callable[[Any, User | AnonymousUser], bool]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A transition as declared: from any of ``source`` to ``target``, by calling the method ``name``."""

    name: str
    source: tuple[str, ...]
    target: str
    label: str | StrPromise
    needs: str | None = None
    #: The lock that the object keeps from then on, for as long as it is in the target state.
    holds: str | None = None
    conditions: tuple[Condition, ...] = ()
    permission: Permission | None = None
    internal: bool = False
    #: The first sentence of the method's docstring: when does this happen?
    meaning: str = ""

    def leaves(self, state: str) -> bool:
        """Say whether it can be taken from this state."""
        return "*" in self.source or state in self.source


def judge(condition: Condition, obj: models.Model) -> Reason | None:
    """What a condition says: new ones answer a Reason or None, those of plain django-fsm True or False."""
    answer = condition(obj)
    if answer is None or answer is True:
        return None
    if isinstance(answer, Reason):
        return answer
    name = getattr(condition, "__name__", type(condition).__name__)
    said = (condition.__doc__ or "").strip().split("\n")[0]
    facts = {"condition": name.replace("_", " "), "meaning": gettext(said) if said else ""}
    text = (
        gettext("The condition %(condition)s is not met: %(meaning)s")
        if said
        else gettext("The condition %(condition)s is not met.")
    )
    return Reason(
        code=name,
        message=text % facts,
        remedy=gettext("Make it true, then try again."),
        params={"condition": name},
    )


def arrows(model: type[models.Model]) -> dict[str, Arrow]:
    """All transitions of a model by name, in the order of declaration, base classes first."""
    found: dict[str, Arrow] = {}
    for cls in reversed(model.__mro__):
        for name, value in vars(cls).items():
            arrow = getattr(value, "fsmlock_arrow", None)
            if isinstance(arrow, Arrow):
                found[name] = arrow
            else:
                found.pop(name, None)
    return found
