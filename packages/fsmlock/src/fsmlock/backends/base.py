"""What a backend must do, and the values that it returns."""

from __future__ import annotations

import math
import random
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from django.apps import apps
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext

from fsmlock.reasons import Reason
from fsmlock.rules import LockRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from fsmlock.rules import Claim, RowKind

#: A waiter that gets no notification checks again after a random time within these bounds.
_POLL_S = (0.02, 0.08)

#: A refusal names at most so many of the holds that are in the way.
MOST_HOLDS = 5

#: PostgreSQL's code for it.
_UNDEFINED_TABLE = "42P01"

#: How earlier versions spell a kind. During a rolling deploy they still write it.
_FORMER_KINDS: Mapping[str, RowKind] = {"later": "retrying"}


def row_kind(stored: str) -> RowKind:
    """The kind of a stored row."""
    return _FORMER_KINDS.get(stored) or cast("RowKind", stored)


def busy_reason() -> Reason:
    """Why a claim was refused although no hold blocks it."""
    return Reason(
        code="busy",
        message=gettext(
            "Another process is deciding about this lock, or an open transaction still keeps an expired hold."
        ),
        remedy=gettext("Try again in a moment."),
    )


def unavailable_reason(store: str, error: Exception) -> Reason:
    """Why nothing can be decided while the store is away. ``store`` names it for the operator."""
    details = str(error).strip() or type(error).__name__
    return Reason(
        code="store_unavailable",
        message=gettext("The store of the holds (%(store)s) did not answer: %(details)s.")
        % {"store": store, "details": details.rstrip(".")},
        remedy=gettext("Check that it runs and can be reached, then try again."),
        params={"store": store, "details": details},
    )


def migrate_remedy(alias: str) -> str:
    """What creates the tables and functions in a database."""
    command = f"manage.py migrate fsmlock --database {alias}"
    if apps.is_installed("fsmlock"):
        return gettext("Run %(command)s.") % {"command": command}
    return gettext("Add fsmlock to INSTALLED_APPS, then run %(command)s.") % {"command": command}


def _missing_table_reason(alias: str) -> Reason:
    return Reason(
        code="not_migrated",
        message=gettext("The database %(alias)s has no table for holds yet.") % {"alias": alias},
        remedy=migrate_remedy(alias),
        params={"database": alias},
    )


def _is_missing_table(error: Exception) -> bool:
    """Whether SQLite or PostgreSQL says that a table of this package doesn't exist."""
    missing = "no such table" in str(error) or getattr(error.__cause__, "sqlstate", "") == _UNDEFINED_TABLE
    return isinstance(error, DatabaseError) and missing and "fsmlock_" in str(error)


def stale_reason() -> Reason:
    """Why a claim was refused that assumes other ancestors than its objects have."""
    return Reason(
        code="stale",
        message=gettext("An object moved to another parent, again and again, while this was decided."),
        remedy=gettext("Try again once it stays where it is."),
    )


def more_reason(named: int) -> Reason:
    """That more holds may be in the way than the ``named`` ones."""
    return Reason(
        code="more",
        message=gettext("More holds than these %(named)s may be in the way.") % {"named": named},
        remedy=gettext("See all of them with holds_on(), or with manage.py fsmlock list."),
        params={"named": named},
    )


def store_restarted_reason(left_s: float) -> Reason:
    """Why a store that lost its data refuses every claim for another ``left_s`` seconds."""
    return Reason(
        code="store_restarted",
        message=gettext("The lock store was restarted and may have lost holds that are still in use."),
        remedy=gettext("Try again in %(seconds)s s, when no lease can be left.")
        % {"seconds": math.ceil(left_s)},
        params={"left_s": left_s},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInfo:
    """One hold, or one waiter, as anybody may see it.

    Times are for display: the store decides by its own clock. ``waits`` is true for a waiter in the queue.
    ``kind`` is ``blocked`` for a name that a child's hold blocks here, and ``retrying`` for a claim that will
    be retried later (RetryLater).
    """

    resource: str
    lock: str
    holder: str
    since: datetime
    expires_at: datetime
    why: str
    token: int
    claim: str
    kind: RowKind = "held"
    waits: bool = False
    cancel_requested_by: str | None = None
    cancel_why: str = ""

    def row(self) -> LockRow:
        """The part that the rules need."""
        return LockRow(
            claim=self.claim,
            resource=self.resource,
            lock=self.lock,
            kind=self.kind,
            ticket=self.token if self.waits else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Every request of the claim was granted. ``tokens`` maps each resource to its fencing token."""

    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Nothing was granted: ``holds`` are in the way, or ``reason`` says why when there are none.

    With ``more`` others may be in the way, too: at most MOST_HOLDS are named, whichever. ``ticket`` is the
    position in the wait queue, if the claim joined it.
    """

    holds: tuple[HoldInfo, ...]
    more: bool = False
    ticket: int | None = None
    reason: Reason | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the claim assumes other ancestors than its objects have."""
        return self.reason is not None and self.reason.code == "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The result of a renewal.

    ``alive``: the hold is still ours. ``unknown``: an open transaction has locked the rows, so ask
    again soon. ``by`` and ``why``: who asked the holder to stop, and why; ``by`` is empty when nobody did.
    """

    alive: bool
    unknown: bool = False
    by: str = ""
    why: str = ""


class WaitQueue(Protocol):
    """The place of one claim in the wait queue."""

    def wait(self, seconds: float) -> None:
        """Sleep until the claim may have become the next one, at most ``seconds``."""
        ...

    def close(self) -> None:
        """Stop listening. The claim leaves the queue by being granted, or by ``release``."""
        ...


class PollingWaiter:
    """A place in the queue of a store that sends no notifications: a short random sleep."""

    def wait(self, seconds: float) -> None:
        """Sleep 20 to 80 ms, at most ``seconds``."""
        time.sleep(min(seconds, random.uniform(*_POLL_S)))  # noqa: S311 - jitter, no secret

    def close(self) -> None:
        """Nothing to close."""


class Backend(ABC):
    """Stores holds. Every method is atomic. ``using`` is the database alias of the locked objects.

    A method may raise whatever its store raises. ``outage`` says which of these errors mean that the store
    is away: callers see StoreUnavailable instead.

    A new backend implements six methods: ``acquire``, ``renew``, ``release``, ``find``, ``stop`` and
    ``guard``. The rest have defaults for a store outside the database that sends no notifications. When two
    claims exclude each other is specified by :mod:`fsmlock.rules`. Subclass
    :class:`fsmlock.testing.conformance.Conformance` to test it.
    """

    #: Whether others see a hold before the surrounding database transaction commits.
    visible_before_commit: ClassVar[bool] = True

    @abstractmethod
    def acquire(
        self, claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
    ) -> Granted | Denied:
        """Grant every request of the claim, or none.

        Refuse it with ``stale_reason()`` if the rows of its objects have other ancestors than it assumes.
        Decide that in the same step, or afterwards, and then undo a grant: see ``fsmlock.backends.ancestry``.
        With ``queue`` a refused claim joins the wait queue, or stays in it if it has a ``ticket`` already.
        """

    @abstractmethod
    def renew(self, claim: Claim, *, using: str) -> Renewed:
        """Restart the lease from now unless the hold was lost. Must not wait for other transactions."""

    @abstractmethod
    def release(self, claim: Claim, *, using: str) -> None:
        """Remove whatever the claim has: holds, place in the queue, announcement. It may have nothing."""

    @abstractmethod
    def find(
        self, resources: Collection[str] | None, *, using: str, limit: int | None = None
    ) -> Sequence[HoldInfo]:
        """Return all rows of these resources, oldest first; with ``None`` the holds on all resources."""

    @abstractmethod
    def stop(
        self, holds: Sequence[HoldInfo], *, by: str, why: str, force: bool, using: str
    ) -> Sequence[HoldInfo]:
        """Ask the holders of these to stop, or with ``force`` break their holds. Return those reached.

        A claim is asked or broken as a whole, whichever of its rows is named. One that has ended isn't
        reached.
        """

    @abstractmethod
    def guard(self, claim: Claim, tokens: Mapping[str, int], *, using: str, repeated: bool = False) -> bool:
        """Inside a transaction: ensure that it can commit only while the claim is valid.

        Return False if it isn't. ``repeated``: called before in the same transaction.
        """

    def outage(self, error: Exception, *, using: str) -> Reason | None:
        """Why the store could not answer, if ``error`` means that; None for every other error."""
        if _is_missing_table(error):
            return _missing_table_reason(using)
        if isinstance(error, OperationalError | InterfaceError):
            return unavailable_reason(gettext("the database %(alias)s") % {"alias": using}, error)
        return None

    def problems(self, using: str) -> Sequence[Reason]:
        """What keeps the store from working, such as a migration that hasn't run. For check and doctor."""
        del using
        return ()

    def deployment_problems(self) -> Sequence[Reason]:
        """What makes the store unfit for production. For ``check --deploy``, which uses no database."""
        return ()

    def quarantine_s(self, using: str) -> float:
        """For how many seconds the store grants nothing, because it lost holds that may still be in use."""
        del using
        return 0.0

    def end_quarantine(self, using: str) -> None:
        """End that time now: a person has made sure that no process relies on a lost hold."""
        del using

    def find_claims(self, holds: Sequence[HoldInfo], *, using: str) -> Sequence[HoldInfo]:
        """All rows of the claims that these holds of states belong to, wherever they are."""
        del holds, using
        return ()

    def forget(self, rows: Sequence[HoldInfo], *, using: str) -> None:
        """Delete exactly these rows, unless they were written again meanwhile."""
        del rows, using

    def is_local(self, using: str) -> bool:
        """Whether the store is a file of this host, which always answers.

        A holder asks it before it gives up a hold that was not renewed in time: nobody may have taken over.
        """
        del using
        return False

    def can_wait(self, using: str) -> bool:
        """Whether waiting can help: not if our own open transaction keeps the holder from releasing."""
        del using
        return True

    def notifies_waiters(self, using: str) -> bool:
        """Whether a release notifies the next waiter. Otherwise waiters poll."""
        del using
        return False

    def wait_queue(self, claim: Claim, *, using: str) -> WaitQueue:
        """Return the place of a claim that waits."""
        del claim, using
        return PollingWaiter()

    def announce_retry(self, claim: Claim, *, using: str, expires_in: timedelta) -> None:
        """Show in ``find`` that the claim will be retried within ``expires_in``. It blocks nobody."""
        del claim, using, expires_in
