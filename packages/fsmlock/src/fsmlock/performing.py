"""A transition in one call: explained, done and saved together, or not at all."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from django.db import transaction

from fsmlock.arrows import arrows
from fsmlock.errors import Misdeclared, TransitionRefused
from fsmlock.explanations import forbidden
from fsmlock.holding import hold
from fsmlock.holds import using
from fsmlock.reasons import did_you_mean

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

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

    With ``user`` the permission is asked too. With ``policy`` the lock that the transition needs is really
    held meanwhile, so that Wait waits for the present holder, and Preempt asks it to stop. Raises
    TransitionRefused with every reason, StaleState when another process was faster, and Misdeclared (with a
    guess) for a name that doesn't exist.
    """
    known = arrows(type(obj))
    if name not in known:
        raise Misdeclared(f"{type(obj).__name__} has no transition {name!r}.{did_you_mean(name, known)}")
    reasons = forbidden(obj, known[name], user)
    if reasons:
        raise TransitionRefused(reasons, instance=obj)
    needs = known[name].needs
    held = hold(obj, needs, policy=policy, why=known[name].label) if policy and needs else nullcontext()
    with held, transaction.atomic(using=using(obj)):
        answer: object = getattr(obj, name)(*args, **kwargs)
        obj.save()
    return answer
