"""Actions: what is possible with an object and doesn't change its state, declared like a transition."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar, cast

from fsmlock.declarations import ActionDef, Condition, Permission, actions_of, default_label, first_line
from fsmlock.errors import ActionRefused, ConfigurationError
from fsmlock.evaluation import Evaluator
from fsmlock.offers import PLAIN, Offer
from fsmlock.reasons import did_you_mean
from fsmlock.transitions import locks_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models
    from django.utils.functional import _StrPromise as StrPromise

    from fsmlock.policies import Policy

_Method = TypeVar("_Method", bound="Callable[..., object]")


def action(
    *,
    source: str | Sequence[str] = "*",
    needs: str | Sequence[str] = (),
    label: str | StrPromise = "",
    conditions: Iterable[Condition] = (),
    permission: Permission | None = None,
    offer: Offer = PLAIN,
) -> Callable[[_Method], _Method]:
    """Make a method of a model an action. Calling it raises ActionRefused with every reason that blocks it.

    The model has states, locks or both. ``source`` names the states in which the action is possible (default:
    all of them). ``needs`` names the locks that nobody else may hold at that moment. ``label`` is the text of
    a button (``gettext_lazy`` works too). ``conditions`` take the object and return None or a Reason.
    ``offer`` says how the button looks, what it asks to confirm, and which arguments people give.

    ``explain`` explains an action by its name, and ``available`` lists it among the transitions.
    """

    def decorate(method: _Method) -> _Method:
        name = method.__name__
        definition = ActionDef(
            name=name,
            source=(source,) if isinstance(source, str) else tuple(source),
            needs=(needs,) if isinstance(needs, str) else tuple(needs),
            label=label or default_label(name),
            conditions=tuple(conditions),
            permission=permission,
            offer=offer,
            description=first_line(method),
        )
        return cast("_Method", _checked(method, definition))

    return decorate


def call_action(
    obj: models.Model,
    name: str,
    /,
    *args: object,
    user: User | AnonymousUser | None = None,
    policy: Policy | None = None,
    **kwargs: object,
) -> object:
    """Call the action ``name`` of the object. Returns what the method returned.

    With ``user`` the permission is checked too. With ``policy`` the locks that the action needs are held
    meanwhile: Wait waits for the current holder, Preempt requests it to stop. Raises ActionRefused with every
    reason, and ConfigurationError (with a suggestion) for an unknown name.
    """
    known = actions_of(type(obj))
    if name not in known:
        raise ConfigurationError(f"{type(obj).__name__} has no action {name!r}.{did_you_mean(name, known)}")
    reasons = Evaluator(obj, user).check_permission(known[name])
    if reasons:
        raise ActionRefused(reasons, instance=obj)
    with locks_held(obj, known[name], policy):
        result: object = getattr(obj, name)(*args, **kwargs)
    return result


def _checked(method: Callable[..., object], definition: ActionDef) -> Callable[..., object]:
    @functools.wraps(method)
    def checked(self: Any, *args: object, **kwargs: object) -> object:  # noqa: ANN401 passed through unchanged
        reasons = Evaluator(self).check_operation(definition)
        if reasons:
            raise ActionRefused(reasons, instance=self)
        return method(self, *args, **kwargs)

    checked.fsmlock_operation = definition  # type: ignore[attr-defined]
    return checked
