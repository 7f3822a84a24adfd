"""Explain what is possible with an object now, and what blocks the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext

from fsmlock.declarations import TransitionDef, operations_of, states_of
from fsmlock.evaluation import Evaluator, evaluators, lock_names, unknown_name
from fsmlock.offers import PLAIN, Offer
from fsmlock.reasons import Reason
from fsmlock.sentences import name_of, state_name, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """A transition or an action that starts from the current state, and whether it is allowed now."""

    name: str
    label: str
    allowed: bool
    reasons: tuple[Reason, ...]
    kind: Literal["transition", "action"] = "transition"
    offer: Offer = PLAIN


def explain(obj: models.Model, *, to: str, user: User | AnonymousUser | None = None) -> tuple[Reason, ...]:
    """Everything that blocks ``to``: a transition, an action, a state or a lock. Empty when nothing does.

    With ``user`` the permission is checked too. Each condition and permission is evaluated at most once.
    Raises ConfigurationError (with a suggestion) for an unknown name.
    """
    return _reasons(Evaluator(obj, user), obj, to)


def explain_many(
    objects: Sequence[models.Model], *, to: str, user: User | AnonymousUser | None = None
) -> dict[models.Model, tuple[Reason, ...]]:
    """Explain ``to`` for a page of objects of one model. The holds on all of them are read with one query.

    Another one reads the ancestors of those that inherit locks over several levels, unless their parents are
    loaded (``select_related``).
    """
    return {obj: _reasons(evaluator, obj, to) for obj, evaluator in evaluators(objects, user)}


def available(obj: models.Model, user: User | AnonymousUser | None = None) -> tuple[Available, ...]:
    """The transitions and actions that start from the current state; the blocked ones with their reasons.

    Internal transitions are left out.
    """
    return _available(Evaluator(obj, user), obj)


def available_many(
    objects: Sequence[models.Model], user: User | AnonymousUser | None = None
) -> dict[models.Model, tuple[Available, ...]]:
    """What is available for a page of objects of one model, with one query for the holds on all of them."""
    return {obj: _available(evaluator, obj) for obj, evaluator in evaluators(objects, user)}


def _available(evaluator: Evaluator, obj: models.Model) -> tuple[Available, ...]:
    state = getattr(obj, "state", "")
    found = []
    for operation in operations_of(type(obj)).values():
        if operation.internal or not operation.starts_from(state):
            continue
        reasons = evaluator.check_operation(operation)
        found.append(
            Available(
                name=operation.name,
                label=translated(operation.label),
                allowed=not reasons,
                reasons=reasons,
                kind=operation.kind,
                offer=operation.offer.about(obj),
            )
        )
    return tuple(found)


def _reasons(evaluator: Evaluator, obj: models.Model, to: str) -> tuple[Reason, ...]:
    operations = operations_of(type(obj))
    if to in operations:
        return evaluator.check_operation(operations[to])
    transitions = [each for each in operations.values() if isinstance(each, TransitionDef)]
    leading_there = [each for each in transitions if each.target == to]
    if leading_there:
        return _reasons_for_state(evaluator, obj, leading_there)
    if to in states_of(type(obj)):
        return () if getattr(obj, "state", "") == to else (_no_way(obj, to),)
    if to in lock_names(obj):
        return evaluator.check_lock(to)
    raise unknown_name(type(obj), to)


def _no_way(obj: models.Model, to: str) -> Reason:
    params = {"object": name_of(obj), "state": state_name(to)}
    return Reason(
        code="no_way",
        message=gettext("No transition leads %(object)s to %(state)s.") % params,
        remedy=gettext("Create another object, or declare a transition."),
        params=params,
    )


def _reasons_for_state(
    evaluator: Evaluator, obj: models.Model, leading_there: Sequence[TransitionDef]
) -> tuple[Reason, ...]:
    """The reasons of that transition into the state which is blocked by the fewest."""
    state = obj.state  # type: ignore[attr-defined]
    candidates = [each for each in leading_there if each.starts_from(state)] or list(leading_there)
    return min((evaluator.check_operation(each) for each in candidates), key=len)
