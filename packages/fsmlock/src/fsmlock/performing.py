"""A transition in one call: explained, done and saved together, or not at all."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from django.db import transaction

from fsmlock.arrows import arrows
from fsmlock.errors import Misdeclared, TransitionRefused
from fsmlock.holding import hold
from fsmlock.holds import using
from fsmlock.keeping import keepers, kept
from fsmlock.questions import Question, has_locks
from fsmlock.reasons import did_you_mean

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from django.contrib.auth.models import AnonymousUser, User

    from fsmlock.arrows import Arrow
    from fsmlock.policies import Policy
    from fsmlock.stateful import Stateful


def perform(
    obj: Stateful,
    name: str,
    *args: object,
    user: User | AnonymousUser | None = None,
    policy: Policy | None = None,
    **kwargs: object,
) -> object:
    """Take the transition ``name`` and save the object in one transaction; answers what the method gave.

    With ``user`` the permission is asked too. With ``policy`` the locks that it needs or holds are held
    meanwhile, so that Wait waits for the present holder, and Preempt asks it to stop. Raises
    TransitionRefused with every reason, StaleState when another process was faster, and Misdeclared (with a
    guess) for a name that doesn't exist.
    """
    known = arrows(type(obj))
    if name not in known:
        raise Misdeclared(f"{type(obj).__name__} has no transition {name!r}.{did_you_mean(name, known)}")
    arrow = known[name]
    reasons = Question(obj, user).permission(arrow)
    if reasons:
        raise TransitionRefused(reasons, instance=obj)
    with _held(obj, arrow, policy), transaction.atomic(using=using(obj)):
        answer: object = getattr(obj, name)(*args, **kwargs)
        obj.save()
    return answer


def _held(obj: Stateful, arrow: Arrow, policy: Policy | None) -> AbstractContextManager[object]:
    locks = [lock for lock in dict.fromkeys((arrow.needs, arrow.holds)) if lock is not None]
    if policy is None or not locks or not has_locks(obj):
        return nullcontext()
    within = kept(obj) if obj.state in keepers(type(obj)) else None
    return hold(obj, *locks, policy=policy, why=str(arrow.label), within=within)
