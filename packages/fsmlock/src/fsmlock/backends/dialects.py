"""What the databases do differently: the clock, the lock around a decision, and waking who waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from fsmlock import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.base import Line
    from fsmlock.rules import Claim

Params: TypeAlias = list[Any]


class Dialect(Protocol):
    """One database connection: each thread has its own."""

    connection: BaseDatabaseWrapper

    #: Does a row whose lease is over count until it is deleted?
    keeps_the_dead: bool

    def now(self) -> str:
        """SQL for the store's clock in microseconds."""
        ...

    def alive(self, now: str) -> str:
        """SQL for a row that still counts in a decision."""
        ...

    def seen(self, now: str) -> str:
        """SQL for a row whose lease is not over."""
        ...

    def lease(self, lease_us: int) -> dict[str, str]:
        """SQL for the columns that say until when a row counts that is written now."""
        ...

    def mine(self, resources: Sequence[str], *, guarded: bool, patient: bool) -> tuple[str, Params]:
        """SQL for the rows of a claim (the last parameter) to renew; impatient: those that nobody locked.

        ``guarded``: renewed in this very transaction already.
        """
        ...

    def decide(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """Decide alone for all the claim's resources: insert its rows and answer them, or nothing.

        A row of the kind "busy" says that somebody keeps a decision open.
        """
        ...

    def clear(self, resources: Sequence[str]) -> None:
        """Delete the dead rows that stand in the way of a decision, if any can."""
        ...

    def alone(self, claim: Claim) -> None:
        """Inside a transaction: until its end nobody else decides about the claim's objects."""
        ...

    def release(self, claim_id: str, resources: Sequence[str]) -> None:
        """Delete the claim, clear the dead from its resources, wake who is next."""
        ...

    def leave_line(self, claim_id: str, resources: Sequence[str]) -> None:
        """Delete the claim's place in line, and wake who is next: it may go together with the claim."""
        ...

    def wake(self, resources: Sequence[str]) -> None:
        """Wake the first in line of each resource."""
        ...

    def line(self, claim_id: str, conflict: str, params: Params) -> Line:
        """Where the claim waits; ``conflict`` is SQL for what may stand in its way."""
        ...


def run(connection: BaseDatabaseWrapper, sql: str, params: Params) -> list[Any]:
    """The rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def now_us() -> int:
    """The clock of this host in microseconds."""
    return int(clock.now() * 1_000_000)
