"""Strawberry types for what fsmlock knows: reasons, transitions, holds and runs, and mixins that bring them.

``@strawberry_django.type(Film) class FilmType(WithTransitions, WithLocks): ...``
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, cast

import strawberry
import strawberry_django
from strawberry.types import Info

from fsmlock.explanations import available, explain
from fsmlock.holds import holds_on

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.backends.base import HoldInfo
    from fsmlock.explanations import Available
    from fsmlock.models import Run as RunRow
    from fsmlock.reasons import Reason as ReasonValue


@strawberry.type(description="Why something can't be done now, and what to do about it.")
class Reason:
    """See fsmlock.Reason."""

    code: str
    message: str
    remedy: str

    @classmethod
    def from_value(cls, value: ReasonValue) -> Self:
        """From fsmlock.Reason."""
        return cls(code=value.code, message=str(value.message), remedy=str(value.remedy))


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


@strawberry.type(description="One execution of long work, and how far it is.")
class Run:
    """See fsmlock.models.Run."""

    id: strawberry.ID
    state: str
    done: int
    failed: int
    total: int | None
    unit: str
    by: str
    reason: str
    available_transitions: list[Transition]

    @classmethod
    def from_value(cls, value: RunRow, user: User | AnonymousUser | None = None) -> Self:
        """From a row, with what ``user`` may do with it."""
        return cls(
            id=strawberry.ID(str(value.pk)),
            state=value.state,
            done=value.done,
            failed=value.failed,
            total=value.total,
            unit=value.unit,
            by=value.by,
            reason=value.reason,
            available_transitions=[Transition.from_value(one) for one in available(value, user)],
        )


@strawberry.type
class WithTransitions:
    """Gives the type of a model with states what can be done with an object, and why not."""

    @strawberry_django.field(description="What can be done with it now, and why not.")
    def available_transitions(self, info: Info) -> list[Transition]:
        """Ask on behalf of the user of the request."""
        return [Transition.from_value(one) for one in available(cast("models.Model", self), _user(info))]

    @strawberry_django.field(description="What stands in the way of a transition, a state or a lock.")
    def reasons(self, info: Info, to: str) -> list[Reason]:
        """Ask on behalf of the user of the request."""
        found = explain(cast("models.Model", self), to=to, user=_user(info))
        return [Reason.from_value(one) for one in found]


@strawberry.type
class WithLocks:
    """Gives the type of a model with locks who holds them."""

    @strawberry_django.field(description="Who works on it now.")
    def locks(self) -> list[Hold]:
        """Those that it inherits too."""
        return [Hold.from_value(one) for one in holds_on(cast("models.Model", self))]


def _user(info: Info) -> User | AnonymousUser | None:
    """The user of the request, wherever the view or the websocket put it."""
    context: Any = info.context
    request = context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    scope: Any = getattr(getattr(request, "consumer", None), "scope", {})
    user: User | AnonymousUser | None = getattr(request, "user", None) or scope.get("user")
    return user
