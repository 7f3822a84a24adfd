"""Transitions: the decorator that declares one, and one call that applies it.

A transition checks everything that could stand in its way first, then lets django-fsm change the state.
"""

from __future__ import annotations

import functools
import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar, cast

import django_fsm
from django.db import transaction

from fsmlock.declarations import (
    Condition,
    Permission,
    TransitionDef,
    default_label,
    evaluate_condition,
    first_line,
    transitions_of,
)
from fsmlock.errors import ConfigurationError, StaleState, TransitionRefused
from fsmlock.evaluation import Evaluator, has_locks
from fsmlock.holds import hold
from fsmlock.inspection import alias_of
from fsmlock.kept_claims import locks_by_state
from fsmlock.offers import PLAIN, Offer
from fsmlock.reasons import did_you_mean
from fsmlock.state_locks import own_holds, state_hold
from fsmlock.transition_history import acting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models
    from django.utils.functional import _StrPromise as StrPromise

    from fsmlock.declarations import Operation
    from fsmlock.policies import Policy
    from fsmlock.stateful import Stateful

_log = logging.getLogger("fsmlock")
_Method = TypeVar("_Method", bound="Callable[..., object]")


def transition(  # noqa: PLR0913 - one keyword for each property of a declaration
    *,
    source: str | Sequence[str],
    target: str,
    on_error: str | None = None,
    needs: str | None = None,
    holds: str | None = None,
    label: str | StrPromise = "",
    conditions: Iterable[Condition] = (),
    permission: Permission | None = None,
    internal: bool = False,
    offer: Offer = PLAIN,
) -> Callable[[_Method], _Method]:
    """Make a method of a Stateful model a transition. Calling it raises TransitionRefused with every reason.

    ``on_error`` is the state after an error in the method: ``apply_transition`` undoes what the method
    wrote, saves that state and raises the error.
    ``needs`` names a lock that nobody else may hold at that moment. ``holds`` names a lock that the object
    holds from then on, until a later transition leaves the target state. ``label`` is the text of a button
    (``gettext_lazy`` works too). ``conditions`` take the object and return None or a Reason. ``internal``
    transitions are for the program itself and are not offered to users. ``offer`` says how a button looks,
    what it asks to confirm, and which arguments of the method people give.
    """
    sources = (source,) if isinstance(source, str) else tuple(source)
    if on_error == target:
        raise ConfigurationError(
            f"on_error={on_error!r} is the target, too. Choose another state for errors."
        )

    def decorate(method: _Method) -> _Method:
        name = method.__name__
        definition = TransitionDef(
            name=name,
            source=sources,
            target=target,
            on_error=on_error,
            label=label or default_label(name),
            needs=needs,
            holds=holds,
            conditions=tuple(conditions),
            permission=permission,
            internal=internal,
            offer=offer,
            description=first_line(method),
        )
        return cast("_Method", _checked(method, definition))

    return decorate


def apply_transition(
    obj: Stateful,
    name: str,
    /,
    *args: object,
    user: User | AnonymousUser | None = None,
    policy: Policy | None = None,
    by: str = "",
    why: str = "",
    **kwargs: object,
) -> object:
    """Apply the transition ``name`` and save the object in one transaction. Returns what the method returned.

    With ``user`` the permission is checked too. ``by`` (default: the user's name) and ``why`` go to the
    history, if the model keeps one. With ``policy`` the locks that the transition needs or holds
    are held meanwhile: Wait waits for the current holder, Preempt requests it to stop. Raises
    TransitionRefused with every reason, StaleState when another process was faster, and ConfigurationError
    (with a suggestion) for an unknown name.
    """
    known = transitions_of(type(obj))
    if name not in known:
        raise ConfigurationError(
            f"{type(obj).__name__} has no transition {name!r}.{did_you_mean(name, known)}"
        )
    definition = known[name]
    reasons = Evaluator(obj, user).check_permission(definition)
    if reasons:
        raise TransitionRefused(reasons, instance=obj)
    by = by or ("" if user is None else user.get_username())
    try:
        with acting(obj, by=by, why=why), locks_held(obj, definition, policy):
            return _apply(obj, definition, args, kwargs)
    except Exception as error:
        if definition.on_error is not None and _ended_in(obj, definition.on_error):
            with acting(obj, by=by, why=why or repr(error)):
                _save_failure(obj, definition)
        raise


def _apply(
    obj: Stateful, definition: TransitionDef, args: tuple[object, ...], kwargs: dict[str, object]
) -> object:
    with transaction.atomic(using=alias_of(obj)):
        result: object = getattr(obj, definition.name)(*args, **kwargs)
        obj.save()
    return result


def _ended_in(obj: Stateful, state: str) -> bool:
    """Whether the last change that isn't saved led to ``state``."""
    changes = obj.__dict__.get("_fsmlock_changes", [])
    return bool(changes) and changes[-1][-1] == state


def _save_failure(obj: Stateful, definition: TransitionDef) -> None:
    """Save the state after an error, and nothing else of the object."""
    try:
        obj.save(update_fields=["state"])
    except StaleState as stale:
        # Whoever was faster decides; the error of the transition is raised all the same.
        _log.warning(
            "%s is not %s after an error in %s: %s", obj, definition.on_error, definition.name, stale
        )


def locks_held(
    obj: models.Model, operation: Operation, policy: Policy | None
) -> AbstractContextManager[object]:
    """Hold the locks of an operation as the policy says; hold none without a policy.

    As everywhere in transitions, the caller's own holds and the state's are not in the way.
    """
    if policy is None or not operation.locks or not has_locks(obj):
        return nullcontext()
    by_state = getattr(obj, "state", None) in locks_by_state(type(obj))
    within = state_hold(obj) if by_state else own_holds()
    return hold(obj, *operation.locks, policy=policy, why=str(operation.label), within=within)


def _checked(method: Callable[..., object], definition: TransitionDef) -> Callable[..., object]:
    plain: list[Callable[[models.Model], bool]] = [
        functools.partial(_is_met, c) for c in definition.conditions
    ]
    fsm = django_fsm.transition(
        "state",
        source=list(definition.source),
        target=definition.target,
        on_error=definition.on_error,
        conditions=plain,
    )
    change: Callable[..., object] = fsm(method)

    @functools.wraps(change)
    def checked(self: Any, *args: object, **kwargs: object) -> object:  # noqa: ANN401 passed through unchanged
        reasons = Evaluator(self).check_operation(definition)
        if reasons:
            raise TransitionRefused(reasons, instance=self)
        before = self.state
        self.__dict__["_fsmlock_checked"] = True
        try:
            result = change(self, *args, **kwargs)
        except Exception:
            if definition.on_error is not None:
                self.__dict__.setdefault("_fsmlock_changes", []).append((definition.name, before, self.state))
            raise
        finally:
            del self.__dict__["_fsmlock_checked"]
        self.__dict__.setdefault("_fsmlock_changes", []).append((definition.name, before, self.state))
        return result

    checked.fsmlock_operation = definition  # type: ignore[attr-defined]
    return checked


def _is_met(condition: Condition, obj: models.Model) -> bool:
    """The condition as django-fsm expects it. Inside a transition everything was checked already, once."""
    return "_fsmlock_checked" in obj.__dict__ or evaluate_condition(condition, obj) is None
