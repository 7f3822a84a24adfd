"""A clock that stands still until it is told to go on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Self

from fsmlock import clock

if TYPE_CHECKING:
    from types import TracebackType


class FakeClock(AbstractContextManager["FakeClock"]):
    """Within ``with FakeClock() as time:`` leases and deadlines of this process follow ``time.advance(s)``.

    Only what asks this host's clock: with PostgreSQL and Redis the store's own time goes on.
    """

    def __init__(self) -> None:
        self._real = clock.now
        self._time = clock.now()

    def __enter__(self) -> Self:
        clock.now = lambda: self._time
        return self

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._time += seconds

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        clock.now = self._real
