"""Strawberry types for what fsmlock knows: reasons, transitions and holds."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

import strawberry

if TYPE_CHECKING:
    from fsmlock.backends.base import HoldInfo
    from fsmlock.explanations import Available
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
