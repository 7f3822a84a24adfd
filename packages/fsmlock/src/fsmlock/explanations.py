"""Ask what can be done with an object now, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsmlock import backends
from fsmlock.arrows import arrows, judge
from fsmlock.errors import Misdeclared, TransitionRefused
from fsmlock.held import current_claims
from fsmlock.holds import told, using
from fsmlock.locks import Locks, want
from fsmlock.reasons import Reason, did_you_mean
from fsmlock.rules import EVERYTHING, Claim, in_the_way

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

    With ``user`` the permission is asked too. Raises Misdeclared (with a guess) for an unknown name.
    """
    known = arrows(type(obj))
    if to in known:
        return blockers(obj, known[to], user)
    there = [arrow for arrow in known.values() if arrow.target == to]
    if there:
        return _to_state(obj, there, user)
    locks = getattr(obj, "locks", None)
    if isinstance(locks, Locks) and to in locks.by_name:
        return _held(obj, to)
    names = {
        *known,
        *(a.target for a in known.values()),
        *(locks.by_name if isinstance(locks, Locks) else ()),
    }
    raise Misdeclared(
        f"{type(obj).__name__} has no transition, state or lock {to!r}.{did_you_mean(to, names)}"
    )


def available(obj: models.Model, user: User | AnonymousUser | None = None) -> tuple[Available, ...]:
    """What people may do from the present state: the transitions, refused ones with their reasons."""
    state = obj.state  # type: ignore[attr-defined]
    offered = [a for a in arrows(type(obj)).values() if not a.internal and a.leaves(state)]
    answers = []
    for arrow in offered:
        reasons = blockers(obj, arrow, user)
        answers.append(Available(name=arrow.name, label=arrow.label, allowed=not reasons, reasons=reasons))
    return tuple(answers)


def refuse(obj: models.Model, arrow: Arrow) -> None:
    """Raise TransitionRefused if anything stands in the way of the transition."""
    reasons = blockers(obj, arrow, None)
    if reasons:
        raise TransitionRefused(reasons, instance=obj)


def blockers(obj: models.Model, arrow: Arrow, user: User | AnonymousUser | None) -> tuple[Reason, ...]:
    """What stands in the way of one transition."""
    reasons = [_state(obj, arrow)] if not arrow.leaves(obj.state) else []  # type: ignore[attr-defined]
    if not reasons:
        # Conditions may rely on the state: they are asked only where the arrow starts.
        reasons += [reason for c in arrow.conditions if (reason := judge(c, obj)) is not None]
    reasons += forbidden(obj, arrow, user)
    if arrow.needs is not None:
        reasons += _held(obj, arrow.needs)
    return tuple(reasons)


def _to_state(
    obj: models.Model, there: Sequence[Arrow], user: User | AnonymousUser | None
) -> tuple[Reason, ...]:
    """The reasons of the transition into the state that is least in the way."""
    state = obj.state  # type: ignore[attr-defined]
    leaving = [arrow for arrow in there if arrow.leaves(state)] or list(there)
    return min((blockers(obj, arrow, user) for arrow in leaving), key=len)


def _state(obj: models.Model, arrow: Arrow) -> Reason:
    state = obj.state  # type: ignore[attr-defined]
    wanted = ", ".join(arrow.source)
    return Reason(
        code="state",
        message=f"{obj} is {state}; {arrow.label} starts from: {wanted}.",
        remedy=f"Bring it to {wanted} first.",
        params={"state": state, "transition": arrow.name, "source": wanted},
    )


def _permitted(obj: models.Model, arrow: Arrow, user: User | AnonymousUser) -> bool:
    if arrow.permission is None:
        return True
    if callable(arrow.permission):
        return bool(arrow.permission(obj, user))
    return user.has_perm(arrow.permission, obj) or user.has_perm(arrow.permission)


def forbidden(obj: models.Model, arrow: Arrow, user: User | AnonymousUser | None) -> tuple[Reason, ...]:
    """The missing permission as a reason; without ``user`` nobody asks."""
    if user is None or _permitted(obj, arrow, user):
        return ()
    name = (
        arrow.permission if isinstance(arrow.permission, str) else getattr(arrow.permission, "__name__", "")
    )
    reason = Reason(
        code="permission",
        message=f"You may not do this: {arrow.label} asks for the permission {name}.",
        remedy="Ask an administrator for it, or ask somebody who has it.",
        params={"permission": name, "transition": arrow.name},
    )
    return (reason,)


def explain_many(objects: Sequence[models.Model], *, to: str) -> dict[models.Model, tuple[Reason, ...]]:
    """What stands in the way of the lock ``to`` on each of a page of objects, with one query for all of them.

    Objects of three generations need their parents loaded (``select_related``) to keep that promise.
    """
    if not objects:
        return {}
    claims = {
        obj: Claim(id="", wants=(want(obj, to),), lease_us=0, holder="", within=current_claims())
        for obj in objects
    }
    resources = {r for claim in claims.values() for r in claim.resources}
    found: dict[str, list[HoldInfo]] = {}
    for info in backends.get().find(resources, using=using(objects[0])):
        found.setdefault(info.resource, []).append(info)
    return {
        obj: _in_words(obj, claim, [h for r in claim.resources for h in found.get(r, ())])
        for obj, claim in claims.items()
    }


def _in_words(obj: models.Model, claim: Claim, found: Sequence[HoldInfo]) -> tuple[Reason, ...]:
    standings = {h.standing(): h for h in found}
    return tuple(told(standings[s], obj) for s in in_the_way(claim, standings))


def _held(obj: models.Model, lock: str) -> tuple[Reason, ...]:
    if obj.pk is None or (lock == EVERYTHING and not isinstance(getattr(obj, "locks", None), Locks)):
        return ()
    claim = Claim(id="", wants=(want(obj, lock),), lease_us=0, holder="", within=current_claims())
    found = backends.get().find(claim.resources, using=using(obj))
    return _in_words(obj, claim, found)
