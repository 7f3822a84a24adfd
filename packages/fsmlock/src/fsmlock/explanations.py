"""Ask what can be done with an object now, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsmlock import backends
from fsmlock.declarations import transitions_of
from fsmlock.errors import ConfigurationError, TransitionRefused
from fsmlock.evaluation import Evaluator, claim_for, has_locks
from fsmlock.inspection import alias_of
from fsmlock.locks import Locks
from fsmlock.reasons import Reason, did_you_mean
from fsmlock.rules import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.backends.base import HoldInfo
    from fsmlock.declarations import TransitionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """A transition that leaves the present state, and whether it may be taken now."""

    name: str
    label: str
    allowed: bool
    reasons: tuple[Reason, ...]


def explain(obj: models.Model, *, to: str, user: User | AnonymousUser | None = None) -> tuple[Reason, ...]:
    """Everything that stands in the way of ``to``: a transition, a state or a lock. Empty: nothing does.

    With ``user`` the permission is asked too. Each condition and permission is asked once at most. Raises
    ConfigurationError (with a guess) for an unknown name.
    """
    return _answer(Evaluator(obj, user), obj, to)


def explain_many(
    objects: Sequence[models.Model], *, to: str, user: User | AnonymousUser | None = None
) -> dict[models.Model, tuple[Reason, ...]]:
    """The same for a page of objects of one model. The holds on all of them are read with one query.

    Objects of three generations need their parents loaded (``select_related``) to keep that promise.
    """
    return {obj: _answer(evaluator, obj, to) for obj, evaluator in _evaluators(objects, user)}


def available(obj: models.Model, user: User | AnonymousUser | None = None) -> tuple[Available, ...]:
    """What people may do from the present state: the transitions, refused ones with their reasons."""
    return _offered(Evaluator(obj, user), obj)


def available_many(
    objects: Sequence[models.Model], user: User | AnonymousUser | None = None
) -> dict[models.Model, tuple[Available, ...]]:
    """The same for a page of objects of one model, with one query for the holds on all of them."""
    return {obj: _offered(evaluator, obj) for obj, evaluator in _evaluators(objects, user)}


def refuse(obj: models.Model, definition: TransitionDef) -> None:
    """Raise TransitionRefused if anything stands in the way of the transition."""
    reasons = Evaluator(obj).check_transition(definition)
    if reasons:
        raise TransitionRefused(reasons, instance=obj)


def _offered(evaluator: Evaluator, obj: models.Model) -> tuple[Available, ...]:
    state = obj.state  # type: ignore[attr-defined]
    offered = [a for a in transitions_of(type(obj)).values() if not a.internal and a.starts_from(state)]
    answers = []
    for definition in offered:
        reasons = evaluator.check_transition(definition)
        answers.append(
            Available(name=definition.name, label=str(definition.label), allowed=not reasons, reasons=reasons)
        )
    return tuple(answers)


def _answer(evaluator: Evaluator, obj: models.Model, to: str) -> tuple[Reason, ...]:
    known = transitions_of(type(obj))
    if to in known:
        return evaluator.check_transition(known[to])
    there = [definition for definition in known.values() if definition.target == to]
    if there:
        return _to_state(evaluator, obj, there)
    locks = getattr(obj, "locks", None)
    by_name = locks.by_name if isinstance(locks, Locks) else {}
    if to in by_name:
        return evaluator.check_lock(to)
    names = {*known, *(a.target for a in known.values()), *by_name}
    raise ConfigurationError(
        f"{type(obj).__name__} has no transition, state or lock {to!r}.{did_you_mean(to, names)}"
    )


def _to_state(evaluator: Evaluator, obj: models.Model, there: Sequence[TransitionDef]) -> tuple[Reason, ...]:
    """The reasons of the transition into the state that is least in the way."""
    state = obj.state  # type: ignore[attr-defined]
    leaving = [definition for definition in there if definition.starts_from(state)] or list(there)
    return min((evaluator.check_transition(definition) for definition in leaving), key=len)


def _evaluators(
    objects: Sequence[models.Model], user: User | AnonymousUser | None
) -> list[tuple[models.Model, Evaluator]]:
    """A question for each, with the holds that concern it read already, by one query for all of them."""
    lockable = [obj for obj in objects if obj.pk is not None and has_locks(obj)]
    concerned = {obj: claim_for(obj, EVERYTHING).resources for obj in lockable}
    found: dict[str, list[HoldInfo]] = {}
    if concerned:
        names = {name for resources in concerned.values() for name in resources}
        for info in backends.get().find(names, using=alias_of(lockable[0])):
            found.setdefault(info.resource, []).append(info)
    return [
        (obj, Evaluator(obj, user, [h for name in concerned.get(obj, ()) for h in found.get(name, ())]))
        for obj in objects
    ]
