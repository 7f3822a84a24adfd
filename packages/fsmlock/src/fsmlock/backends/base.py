"""What a backend must do, and the values that it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TYPE_CHECKING


if TYPE_CHECKING:
    from fsmlock.rules import Claim, Kind
    from datetime import datetime
    from collections.abc import Collection, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInfo:
    """One hold as anybody may see it. Times are for reading: the store's clock decides, not these."""

    resource: str
    lock: str
    holder: str
    since: datetime
    expires_at: datetime
    why: str
    token: int
    claim: str
    kind: Kind = "held"
    cancel_requested_by: str | None = None
    cancel_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """All wants of the claim are held now: ``tokens`` by resource."""

    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """Nothing was granted; ``holds`` are what stands in the way."""

    holds: tuple[HoldInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The answer to a renewal: still ``alive``? And who asked to stop (``by`` is empty: nobody)."""

    alive: bool
    by: str = ""
    why: str = ""


class Backend(Protocol):
    """Stores holds. Every method is atomic. ``using`` is the database alias of the object."""

    def take(self, claim: Claim, *, using: str) -> Granted | InTheWay:
        """Grant every want of the claim, or none."""
        ...

    def renew(self, claim_id: str, lease_us: int, *, using: str) -> Renewed:
        """Start the lease anew, counted from now, unless it has run out."""
        ...

    def release(self, claim_id: str, *, using: str) -> None:
        """Give the holds of the claim back; nothing happens when they are gone."""
        ...

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """The live rows (held and blocked) on these resources; ``None``: holds on all. Oldest first."""
        ...

    def stop(
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """Ask the holders to stop, or with ``force`` take their holds away; answers whom it met."""
        ...

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str) -> bool:
        """Inside an open transaction: make sure that it can commit only while the claim is current."""
        ...
