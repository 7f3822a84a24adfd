"""Ask what can be done with an object now, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsmlock import backends
from fsmlock.arrows import arrows
from fsmlock.errors import Misdeclared, TransitionRefused
from fsmlock.holds import using
from fsmlock.locks import Locks
from fsmlock.questions import Question, asked_for, has_locks
from fsmlock.reasons import Reason, did_you_mean
from fsmlock.rules import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.arrows import Arrow
    from fsmlock.backends.base import HoldInfo


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
    Misdeclared (with a guess) for an unknown name.
    """
    return _answer(Question(obj, user), obj, to)


def explain_many(
    objects: Sequence[models.Model], *, to: str, user: User | AnonymousUser | None = None
) -> dict[models.Model, tuple[Reason, ...]]:
    """The same for a page of objects of one model. The holds on all of them are read with one query.

    Objects of three generations need their parents loaded (``select_related``) to keep that promise.
    """
    return {obj: _answer(question, obj, to) for obj, question in _questions(objects, user)}


def available(obj: models.Model, user: User | AnonymousUser | None = None) -> tuple[Available, ...]:
    """What people may do from the present state: the transitions, refused ones with their reasons."""
    return _offered(Question(obj, user), obj)


def available_many(
    objects: Sequence[models.Model], user: User | AnonymousUser | None = None
) -> dict[models.Model, tuple[Available, ...]]:
    """The same for a page of objects of one model, with one query for the holds on all of them."""
    return {obj: _offered(question, obj) for obj, question in _questions(objects, user)}


def refuse(obj: models.Model, arrow: Arrow) -> None:
    """Raise TransitionRefused if anything stands in the way of the transition."""
    reasons = Question(obj).transition(arrow)
    if reasons:
        raise TransitionRefused(reasons, instance=obj)


def _offered(question: Question, obj: models.Model) -> tuple[Available, ...]:
    state = obj.state  # type: ignore[attr-defined]
    offered = [a for a in arrows(type(obj)).values() if not a.internal and a.leaves(state)]
    answers = []
    for arrow in offered:
        reasons = question.transition(arrow)
        answers.append(
            Available(name=arrow.name, label=str(arrow.label), allowed=not reasons, reasons=reasons)
        )
    return tuple(answers)


def _answer(question: Question, obj: models.Model, to: str) -> tuple[Reason, ...]:
    known = arrows(type(obj))
    if to in known:
        return question.transition(known[to])
    there = [arrow for arrow in known.values() if arrow.target == to]
    if there:
        return _to_state(question, obj, there)
    locks = getattr(obj, "locks", None)
    by_name = locks.by_name if isinstance(locks, Locks) else {}
    if to in by_name:
        return question.lock(to)
    names = {*known, *(a.target for a in known.values()), *by_name}
    raise Misdeclared(
        f"{type(obj).__name__} has no transition, state or lock {to!r}.{did_you_mean(to, names)}"
    )


def _to_state(question: Question, obj: models.Model, there: Sequence[Arrow]) -> tuple[Reason, ...]:
    """The reasons of the transition into the state that is least in the way."""
    state = obj.state  # type: ignore[attr-defined]
    leaving = [arrow for arrow in there if arrow.leaves(state)] or list(there)
    return min((question.transition(arrow) for arrow in leaving), key=len)


def _questions(
    objects: Sequence[models.Model], user: User | AnonymousUser | None
) -> list[tuple[models.Model, Question]]:
    """A question for each, with the holds that concern it read already, by one query for all of them."""
    lockable = [obj for obj in objects if obj.pk is not None and has_locks(obj)]
    concerned = {obj: asked_for(obj, EVERYTHING).resources for obj in lockable}
    found: dict[str, list[HoldInfo]] = {}
    if concerned:
        names = {name for resources in concerned.values() for name in resources}
        for info in backends.get().find(names, using=using(lockable[0])):
            found.setdefault(info.resource, []).append(info)
    return [
        (obj, Question(obj, user, [h for name in concerned.get(obj, ()) for h in found.get(name, ())]))
        for obj in objects
    ]
