"""A clock that only the test advances."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Self

from fsmlock import clock, renewal

if TYPE_CHECKING:
    from types import TracebackType


class _RenewsNothing(renewal.Renewer):
    """A thread would renew a hold or not, depending on when it looks at the time."""

    def add(self, hold: renewal.Renewable, due: float) -> None:
        """Leave the hold to run out."""


class FakeClock(AbstractContextManager["FakeClock"]):
    """Inside ``with FakeClock() as time:`` leases and deadlines of this process follow ``time.advance(s)``.

    No hold that is acquired inside is renewed in the background. It replaces the clock of this host only: the
    clocks of PostgreSQL and Redis go on.
    """

    def __init__(self) -> None:
        self._real = clock.now
        self._renewer = renewal.renewer()
        self._time = clock.now()

    def __enter__(self) -> Self:
        clock.now = lambda: self._time
        renewal.replace_renewer(_RenewsNothing())
        return self

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self._time += seconds

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        clock.now = self._real
        renewal.replace_renewer(self._renewer)
