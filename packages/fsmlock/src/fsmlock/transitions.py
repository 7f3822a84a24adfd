"""The decorator that makes a method a transition: it asks first, then lets django-fsm change the state."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar, cast

import django_fsm

from fsmlock.arrows import Arrow, Condition, Permission, judge
from fsmlock.explanations import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db import models
    from django.utils.functional import _StrPromise as StrPromise

_Method = TypeVar("_Method", bound="Callable[..., object]")


def transition(
    *,
    source: str | Sequence[str],
    target: str,
    needs: str | None = None,
    holds: str | None = None,
    label: str | StrPromise = "",
    conditions: Iterable[Condition] = (),
    permission: Permission | None = None,
    internal: bool = False,
) -> Callable[[_Method], _Method]:
    """Make a method of a Lifecycle model a transition. Calling it raises TransitionRefused with every reason.

    ``needs`` names a lock which nobody else may hold then, ``holds`` one that the object keeps from then on,
    until a later transition leaves the target state. ``label`` is what a button says (``gettext_lazy`` too).
    ``conditions`` take the object and answer None or a Reason. ``internal`` transitions are the program's
    own: not offered.
    """
    sources = (source,) if isinstance(source, str) else tuple(source)

    def decorate(method: _Method) -> _Method:
        name = method.__name__
        arrow = Arrow(
            name=name,
            source=sources,
            target=target,
            label=label or name.replace("_", " ").capitalize(),
            needs=needs,
            holds=holds,
            conditions=tuple(conditions),
            permission=permission,
            internal=internal,
            meaning=(method.__doc__ or "").strip().split("\n")[0],
        )
        return cast("_Method", _checked(method, arrow))

    return decorate


def _checked(method: Callable[..., object], arrow: Arrow) -> Callable[..., object]:
    plain: list[Callable[[models.Model], bool]] = [functools.partial(_met, c) for c in arrow.conditions]
    fsm = django_fsm.transition("state", source=list(arrow.source), target=arrow.target, conditions=plain)
    change: Callable[..., object] = fsm(method)

    @functools.wraps(change)
    def checked(self: Any, *args: object, **kwargs: object) -> object:  # noqa: ANN401 handed on as they are
        refuse(self, arrow)
        before = self.state
        self.__dict__["_fsmlock_judged"] = True
        try:
            result = change(self, *args, **kwargs)
        finally:
            del self.__dict__["_fsmlock_judged"]
        self.__dict__.setdefault("_fsmlock_moves", []).append((arrow.name, before, self.state))
        return result

    checked.fsmlock_arrow = arrow  # type: ignore[attr-defined]
    return checked


def _met(condition: Condition, obj: models.Model) -> bool:
    """For django-fsm's own questions; within a transition everything has been judged already, once."""
    return "_fsmlock_judged" in obj.__dict__ or judge(condition, obj) is None
