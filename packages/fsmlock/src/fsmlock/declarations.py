"""The declarations of transitions and actions: their states, conditions, permissions and locks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from django.utils.translation import gettext

from fsmlock.offers import PLAIN, Offer
from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models
    from django.utils.functional import _StrPromise as StrPromise

#: Takes the object; returns None or a Reason (or, as in plain django-fsm, True or False).
Condition: TypeAlias = Callable[[Any], "Reason | bool | None"]
Permission: TypeAlias = "str | Callable[[Any, User | AnonymousUser], bool]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is declared for a method: the states that it starts from, and all that may block it."""

    name: str
    source: tuple[str, ...]
    label: str | StrPromise
    conditions: tuple[Condition, ...] = ()
    permission: Permission | None = None
    offer: Offer = PLAIN
    #: Whether it is for the program itself, and not offered to people.
    internal: bool = False
    #: The first line of the method's docstring: when does this happen?
    description: str = ""

    @property
    def kind(self) -> Literal["transition", "action"]:
        """What it is."""
        raise NotImplementedError

    @property
    def locks(self) -> tuple[str, ...]:
        """The locks that nobody else may hold when it starts."""
        raise NotImplementedError

    def starts_from(self, state: str) -> bool:
        """Whether it can start from ``state``."""
        return "*" in self.source or state in self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionDef(Operation):
    """A declared transition: the method ``name`` moves an object from any ``source`` to ``target``."""

    target: str
    #: The state after an error in the method; None: the object stays as it is.
    on_error: str | None = None
    needs: str | None = None
    #: The lock that the object holds while it is in the target state.
    holds: str | None = None

    @property
    def kind(self) -> Literal["transition"]:
        """A transition."""
        return "transition"

    @property
    def states(self) -> tuple[str, ...]:
        """All states that it names."""
        return (*self.source, self.target, *([self.on_error] if self.on_error else []))

    @property
    def locks(self) -> tuple[str, ...]:
        """The lock that it needs and the one that the target state holds."""
        return tuple(lock for lock in dict.fromkeys((self.needs, self.holds)) if lock is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDef(Operation):
    """A declared action: something that is possible with an object and doesn't change its state."""

    needs: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["action"]:
        """An action."""
        return "action"

    @property
    def locks(self) -> tuple[str, ...]:
        """The locks that it needs."""
        return self.needs


def evaluate_condition(condition: Condition, obj: models.Model) -> Reason | None:
    """The reason why the condition is not met, or None. Accepts conditions that return True or False."""
    result = condition(obj)
    if result is None or result is True:
        return None
    if isinstance(result, Reason):
        return result.translated()
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


def operations_of(model: type[models.Model]) -> dict[str, Operation]:
    """All transitions and actions by name: base classes first, each in the order of its declaration.

    What a class declares again stands where it does so.
    """
    found: dict[str, Operation] = {}
    for cls in reversed(model.__mro__):
        for name, value in vars(cls).items():
            found.pop(name, None)
            operation = declared_operation(value)
            if operation is not None:
                found[name] = operation
    return found


def transitions_of(model: type[models.Model]) -> dict[str, TransitionDef]:
    """All transitions of a model by name, in the same order."""
    return {name: each for name, each in operations_of(model).items() if isinstance(each, TransitionDef)}


def states_of(model: type[models.Model]) -> set[str]:
    """All states that its transitions lead to or start from."""
    return {state for each in transitions_of(model).values() for state in each.states} - {"*"}


def actions_of(model: type[models.Model]) -> dict[str, ActionDef]:
    """All actions of a model by name, in the same order."""
    return {name: each for name, each in operations_of(model).items() if isinstance(each, ActionDef)}


def declared_operation(value: object) -> Operation | None:
    """The declaration that the decorator left on a method; None for anything else."""
    found = getattr(value, "fsmlock_operation", None)
    return found if isinstance(found, Operation) else None


def first_line(method: Callable[..., object]) -> str:
    """The first line of a method's docstring."""
    return (method.__doc__ or "").strip().split("\n")[0]


def default_label(name: str) -> str:
    """The label of a method without one: ``Start rendering`` for ``start_rendering``."""
    return name.replace("_", " ").capitalize()
