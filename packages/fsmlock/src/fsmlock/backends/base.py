"""What a backend must do, and the values that it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fsmlock.rules import Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from fsmlock.rules import Claim, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInfo:
    """One hold as anybody may see it. Times are for reading: the store's clock decides, not these.

    ``waits`` is true for one who stands in line; ``kind`` is ``blocked`` for the mark of a child's hold.
    """

    resource: str
    lock: str
    holder: str
    since: datetime
    expires_at: datetime
    why: str
    token: int
    claim: str
    kind: Kind = "held"
    waits: bool = False
    cancel_requested_by: str | None = None
    cancel_why: str = ""

    def standing(self) -> Standing:
        """The part that the rules look at."""
        return Standing(
            claim=self.claim,
            resource=self.resource,
            lock=self.lock,
            kind=self.kind,
            ticket=self.token if self.waits else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """All wants of the claim are held now: ``tokens`` by resource."""

    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """Nothing was granted; ``holds`` stand in the way. ``ticket``: the place in line, if asked for."""

    holds: tuple[HoldInfo, ...]
    ticket: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The answer to a renewal: still ``alive``? And who asked to stop (``by`` is empty: nobody)."""

    alive: bool
    by: str = ""
    why: str = ""


class Line(Protocol):
    """Where one claim waits for its turn."""

    def wait(self, seconds: float) -> None:
        """Sleep until something may have changed for the claim, at most ``seconds``."""
        ...

    def close(self) -> None:
        """Wait no more. Standing in line ends by being granted, or by ``release``."""
        ...


class Backend(Protocol):
    """Stores holds. Every method is atomic. ``using`` is the database alias of the object."""

    #: Are holds visible to others before the surrounding database transaction commits?
    sees_at_once: bool

    def may_wait(self, using: str) -> bool:
        """Can waiting help now? Not where our own open transaction keeps the holder from releasing."""
        ...

    def take(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | InTheWay:
        """Grant every want of the claim, or none; with ``queue`` stand (or stay) in line when refused."""
        ...

    def line(self, claim: Claim, *, using: str) -> Line:
        """Where the claim waits."""
        ...

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """Start the lease anew, counted from now, unless it has run out."""
        ...

    def release(self, claim: Claim, *, using: str) -> None:
        """Give the holds of the claim back, or leave the line; nothing happens when they are gone."""
        ...

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """All that stands or waits on these resources, oldest first; ``None``: the holds on all."""
        ...

    def stop(
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """Ask the holders to stop, or with ``force`` take their holds away; answers whom it met."""
        ...

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, again: bool = False) -> bool:
        """Inside an open transaction: make sure that it can commit only while the claim is current.

        ``again``: asked before in the same transaction.
        """
        ...
