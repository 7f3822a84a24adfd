"""Slots that were not filmed, gathered into gaps and told with their reason."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from camera_agent.errors import SpoolError

if TYPE_CHECKING:
    from camera_agent.clock import Instant

Reason = Literal["camera_failed", "card_full", "stalled"]

#: A gap that goes on is told in pieces of so many seconds, so that a power cut loses little of it.
PIECE_S = 600.0
#: So many captures in a row end a gap: a camera that fails at every other slot makes one gap, not hundreds.
QUIET = 3
#: So many gaps wait at most while the card takes none; the oldest go first.
UNTOLD = 100


class Missed(Protocol):
    """Hears of a gap: why, a sentence, the first and the last slot missed, how many in all."""

    def __call__(self, reason: Reason, detail: str, since: Instant, until: Instant, count: int, /) -> None:
        """Take note of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Slots missed for one reason, one soon after another."""

    reason: Reason
    detail: str
    since: Instant
    until: Instant
    count: int

    def joined(self, later: Gap) -> Gap | None:
        """Both as one; None when they have different reasons, or it would get too long."""
        length_s = (later.until.monotonic_ns - self.since.monotonic_ns) / 1e9
        if later.reason != self.reason or later.since.boot != self.since.boot or length_s > PIECE_S:
            return None
        return replace(self, until=later.until, count=self.count + later.count)


class Gaps:
    """Joins what was missed, and tells `tell` of each gap once it is over."""

    def __init__(self, tell: Missed) -> None:
        self._tell = tell
        self._untold: deque[Gap] = deque(maxlen=UNTOLD)
        self._gap: Gap | None = None
        self._quiet = 0

    def miss(self, gap: Gap) -> None:
        """Slots were missed."""
        joined = self._gap.joined(gap) if self._gap is not None else None
        if joined is None:
            self.end()
        self._gap, self._quiet = joined or gap, 0

    def served(self) -> None:
        """A slot was filmed."""
        self._quiet += 1
        if self._quiet >= QUIET:
            self.end()

    def end(self) -> None:
        """The gap, if there is one, is over. One that a full card does not take is told later."""
        gap, self._gap = self._gap, None
        if gap is not None:
            self._untold.append(gap)
        with contextlib.suppress(SpoolError):
            while self._untold:
                gap = self._untold[0]
                self._tell(gap.reason, gap.detail, gap.since, gap.until, gap.count)
                self._untold.popleft()
