"""Missed slots, merged into gaps and reported with their reason."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from camera_agent.errors import SpoolError

if TYPE_CHECKING:
    from camera_agent.host.clock import Instant

GapReason = Literal["camera_failed", "card_full", "stalled"]

#: A gap that goes on is reported in parts of this many seconds, so that a power cut loses little of it.
MAX_GAP_S = 600.0
#: This many captures in a row end a gap: a camera that fails at every other slot makes one gap, not hundreds.
CAPTURES_TO_END = 3
#: At most this many gaps are held while the card accepts none; the oldest are dropped first, and their slots
#: counted in the next gap that it accepts.
MAX_UNREPORTED = 100


class GapCallback(Protocol):
    """Receives a gap: reason, a sentence, the first and the last missed slot, the number of slots."""

    def __call__(self, reason: GapReason, detail: str, since: Instant, until: Instant, count: int, /) -> None:
        """Record the gap. SpoolError when the card does not accept it; it is reported again later."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Slots missed for one reason, one soon after another."""

    reason: GapReason
    detail: str
    since: Instant
    until: Instant
    count: int

    def merged_with(self, later: Gap) -> Gap | None:
        """Both gaps as one; None when their reasons differ or the result would be too long."""
        length_s = (later.until.monotonic_ns - self.since.monotonic_ns) / 1e9
        if later.reason != self.reason or later.since.boot != self.since.boot or length_s > MAX_GAP_S:
            return None
        return replace(self, until=later.until, count=self.count + later.count)


class GapRecorder:
    """Merges missed slots and calls `on_gap` once a gap is over."""

    def __init__(self, on_gap: GapCallback) -> None:
        self._on_gap = on_gap
        self._unreported: deque[Gap] = deque()
        self._dropped_slots = 0
        self._gap: Gap | None = None
        self._captures_since = 0

    def add(self, gap: Gap) -> None:
        """Add missed slots to the current gap, or begin a new one."""
        merged = self._gap.merged_with(gap) if self._gap is not None else None
        if merged is None:
            self.end()
        self._gap, self._captures_since = merged or gap, 0

    def slot_filled(self) -> None:
        """Count a captured slot; enough of them end the current gap."""
        self._captures_since += 1
        if self._captures_since >= CAPTURES_TO_END:
            self.end()

    def end(self) -> None:
        """End the current gap, if there is one. A gap that a full card rejects is reported later."""
        gap, self._gap = self._gap, None
        if gap is not None:
            self._unreported.append(gap)
        if len(self._unreported) > MAX_UNREPORTED:
            self._dropped_slots += self._unreported.popleft().count
        with contextlib.suppress(SpoolError):
            while self._unreported:
                gap = self._unreported[0]
                self._on_gap(gap.reason, self._detail(gap), gap.since, gap.until, gap.count)
                self._unreported.popleft()
                self._dropped_slots = 0

    def _detail(self, gap: Gap) -> str:
        if not self._dropped_slots:
            return gap.detail
        return f"{gap.detail} Before it, {self._dropped_slots} more were missed and could not be recorded."
