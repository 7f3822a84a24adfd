"""A clock that only the test advances."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Self

from fsmlock import clock

if TYPE_CHECKING:
    from types import TracebackType


class FakeClock(AbstractContextManager["FakeClock"]):
    """Inside ``with FakeClock() as time:`` leases and deadlines of this process follow ``time.advance(s)``.

    It replaces the clock of this host only: the clocks of PostgreSQL and Redis go on.
    """

    def __init__(self) -> None:
        self._real = clock.now
        self._time = clock.now()

    def __enter__(self) -> Self:
        clock.now = lambda: self._time
        return self

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self._time += seconds

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        clock.now = self._real
