"""Strawberry types for what fsmlock knows: reasons, transitions and holds."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

import strawberry

from fsmlock.explanations import available

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

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
        return cls(code=value.code, message=value.message, remedy=value.remedy)


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
