"""What is known of one object: reasons, transitions, locks and holds.

``@strawberry_django.type(Film) class FilmType(WithTransitions, WithLocks): ...``
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, cast

import strawberry
import strawberry_django
from strawberry.scalars import JSON
from strawberry.types import Info

from fsmlock.explanations import available, explain
from fsmlock.inspection import holds_on

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.backends.base import HoldInfo
    from fsmlock.explanations import Available
    from fsmlock.locks import Locks
    from fsmlock.reasons import Reason as ReasonValue


@strawberry.type(description="Why something can't be done now, and what to do about it.")
class Reason:
    """See fsmlock.Reason."""

    code: str
    message: str
    remedy: str
    params: JSON = strawberry.field(default_factory=dict, description="The facts in the message, by name.")

    @classmethod
    def from_value(cls, value: ReasonValue) -> Self:
        """From fsmlock.Reason."""
        return cls(
            code=value.code,
            message=str(value.message),
            remedy=str(value.remedy),
            params=cast("JSON", dict(value.params)),
        )


@strawberry.type(description="A transition that leaves the present state; refused ones say why.")
class Transition:
    """See fsmlock.Available."""

    name: str
    label: str
    allowed: bool
    reasons: list[Reason]

    @classmethod
    def from_value(cls, value: Available) -> Self:
        """From fsmlock.Available."""
        reasons = [Reason.from_value(reason) for reason in value.reasons]
        return cls(name=value.name, label=value.label, allowed=value.allowed, reasons=reasons)


@strawberry.type(description="A lock being held now.")
class Hold:
    """See fsmlock.HoldInfo."""

    lock: str
    holder: str
    since: datetime
    expires_at: datetime
    why: str
    token: int
    cancel_requested_by: str | None

    @classmethod
    def from_value(cls, value: HoldInfo) -> Self:
        """From fsmlock.HoldInfo."""
        return cls(
            lock=value.lock,
            holder=value.holder,
            since=value.since,
            expires_at=value.expires_at,
            why=value.why,
            token=value.token,
            cancel_requested_by=value.cancel_requested_by,
        )


@strawberry.type(description="A lock that objects of a model have, and what it goes together with.")
class DeclaredLock:
    """See fsmlock.Lock."""

    name: str
    together_with: list[str]
    inherited: bool = strawberry.field(description="It is a lock of the parent that holds here too.")

    @classmethod
    def all_of(cls, declared: Locks) -> list[Self]:
        """From fsmlock.Locks: its own and those that it inherits."""
        own = [
            cls(name=lock.name, together_with=sorted(lock.together_with), inherited=False)
            for lock in declared.by_name.values()
        ]
        return own + [cls(name=name, together_with=[], inherited=True) for name in sorted(declared.inherits)]


@strawberry.type
class WithTransitions:
    """Gives the type of a model with states what can be done with an object, and why not."""

    @strawberry_django.field(description="What can be done with it now, and why not.")
    def available_transitions(self, info: Info) -> list[Transition]:
        """Ask on behalf of the user of the request."""
        return [Transition.from_value(one) for one in available(cast("models.Model", self), user_of(info))]

    @strawberry_django.field(description="What stands in the way of a transition, a state or a lock.")
    def reasons(self, info: Info, to: str) -> list[Reason]:
        """Ask on behalf of the user of the request."""
        found = explain(cast("models.Model", self), to=to, user=user_of(info))
        return [Reason.from_value(one) for one in found]


@strawberry.type
class WithLocks:
    """Gives the type of a model with locks who holds them."""

    @strawberry_django.field(description="Who works on it now.")
    def locks(self) -> list[Hold]:
        """Those that it inherits too."""
        return [Hold.from_value(one) for one in holds_on(cast("models.Model", self))]

    @strawberry_django.field(description="The locks that it can be held by.")
    def declared_locks(self) -> list[DeclaredLock]:
        """Those of its model."""
        return DeclaredLock.all_of(cast("Any", self).locks)


def user_of(info: Info) -> User | AnonymousUser | None:
    """The user of the request, wherever the view or the websocket put it."""
    context: Any = info.context
    request = context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    scope: Any = getattr(getattr(request, "consumer", None), "scope", {})
    user: User | AnonymousUser | None = getattr(request, "user", None) or scope.get("user")
    return user
