"""What a backend must do, and the values that it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext

from fsmlock.reasons import Reason
from fsmlock.rules import LockRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from fsmlock.rules import Claim, Kind


def busy_reason() -> Reason:
    """Why nothing was granted though no hold is in the way."""
    return Reason(
        code="busy",
        message=gettext(
            "The lock is being decided about, or an open transaction still keeps a hold whose lease is over."
        ),
        remedy=gettext("Try again in a moment."),
    )


def store_restarted_reason() -> Reason:
    """Why a store that lost its data grants nothing for a while."""
    return Reason(
        code="store_restarted",
        message=gettext(
            "The store of the holds started anew and may have forgotten some that are still believed in."
        ),
        remedy=gettext("Try again once the longest lease is over."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInfo:
    """One hold as anybody may see it. Times are for reading: the store's clock decides, not these.

    ``waits`` is true for one who stands in line; ``kind`` is ``blocked`` for the mark of a child's hold, and
    ``retrying`` for one who waits elsewhere and comes back (RetryLater).
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

    def row(self) -> LockRow:
        """The part that the rules look at."""
        return LockRow(
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
class Denied:
    """Nothing was granted; ``holds`` stand in the way, else ``trouble`` says why.

    ``ticket``: the place in line, if asked for.
    """

    holds: tuple[HoldInfo, ...]
    ticket: int | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The answer to a renewal: still ``alive``? And who asked to stop (``by`` is empty: nobody).

    ``unknown``: an open transaction has the rows, so it can't be said. Ask again soon.
    """

    alive: bool
    unknown: bool = False
    by: str = ""
    why: str = ""


class WaitQueue(Protocol):
    """Where one claim waits for its turn."""

    def wait(self, seconds: float) -> None:
        """Sleep until something may have changed for the claim, at most ``seconds``."""
        ...

    def close(self) -> None:
        """Wait no more. Waiting ends by being granted, or by ``release``."""
        ...


class Backend(Protocol):
    """Stores holds. Every method is atomic. ``using`` is the database alias of the object."""

    #: Are holds visible to others before the surrounding database transaction commits?
    visible_before_commit: bool

    def can_wait(self, using: str) -> bool:
        """Can waiting help now? Not where our own open transaction keeps the holder from releasing."""
        ...

    def notifies_waiters(self, using: str) -> bool:
        """Does a release wake who waits? Else they have to look for themselves."""
        ...

    def acquire(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | Denied:
        """Grant every want of the claim, or none; with ``queue`` stand (or stay) in line when refused."""
        ...

    def wait_queue(self, claim: Claim, *, using: str) -> WaitQueue:
        """Where the claim waits."""
        ...

    def announce_retry(self, claim: Claim, *, using: str, expires_in: timedelta) -> None:
        """Show the claim as one who comes back for its wants ``expires_in`` that time; it blocks nobody."""
        ...

    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """Start the lease anew, counted from now, unless somebody took over. Waits for no transaction."""
        ...

    def release(self, claim: Claim, *, using: str) -> None:
        """Give the holds of the claim back, leave the line, be expected no more; all may be gone already."""
        ...

    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """All that stands or waits on these resources, oldest first; ``None``: the holds on all."""
        ...

    def stop(
        self, resource: str, lock: str, *, by: str, why: str, force: bool, using: str, claim: str = ""
    ) -> Sequence[HoldInfo]:
        """Ask the holders of the lock to stop, or with ``force`` take their claims away; answers whom it met.

        With ``claim`` that one alone is met, whatever it has on the resource.
        """
        ...

    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, repeated: bool = False) -> bool:
        """Inside an open transaction: make sure that it can commit only while the claim is current.

        ``again``: asked before in the same transaction.
        """
        ...
