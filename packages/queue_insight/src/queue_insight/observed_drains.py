"""Compares estimates of when queues will be empty with when they were. Pure, with bounded memory.

An estimate is open until as many tasks of its queue have started as waited, and as were sent meanwhile if it
expected arrivals. One that can't be followed to its end, as events were missed, is dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from queue_insight.calibration import MAX_SCORE, MAX_SCORES, score
from queue_insight.collector_state import encode
from queue_insight.drain import DrainState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from queue_insight.calibration import Forecast

#: Queues that have scores; the one that got its last score least recently goes.
MAX_QUEUES: Final = 100
#: Open estimates of one queue.
MAX_OPEN: Final = 4
#: A shorter time can't be compared: events and counts are fractions of a second apart.
MIN_MEDIAN_S: Final = 5.0
#: The share of the tasks whose start may be missing when the queue is empty.
MISSING_SHARE: Final = 0.05


@dataclass(slots=True)
class _Open:
    """An estimate whose end is not known yet."""

    forecast: Forecast
    #: Tasks that waited, and those that still have to start before the queue is empty.
    waiting: int
    left: int
    #: When a task of the queue left it last.
    left_at: float

    def score(self, at: float) -> float | None:
        return score(self.forecast.drain, max(0.0, at - self.forecast.at))


class ObservedDrains:
    """The open estimates, and the scores of those that came to an end. Times are by the collector's clock."""

    def __init__(self) -> None:
        self._open: dict[str, list[_Open]] = {}
        #: By queue, the last scores, oldest first.
        self._scores: OrderedDict[str, tuple[float, ...]] = OrderedDict()
        #: Queues whose scores have changed since they were last taken, and those that were taken then.
        self._changed: set[str] = set()
        self._taken: set[str] = set()

    def clear(self) -> None:
        """Forget all, which another collector compares."""
        self.interrupt()
        self._scores.clear()
        self._changed.clear()
        self._taken.clear()

    def restore(self, scores: Mapping[str, tuple[float, ...]]) -> None:
        """Continue with the scores of an earlier collector."""
        self._scores = OrderedDict(scores)

    def interrupt(self) -> None:
        """Drop the open estimates: what happened was not observed completely."""
        self._open.clear()

    def take(self, forecasts: Iterable[Forecast], reserved: Mapping[str, int]) -> None:
        """Take in new estimates; `reserved` are by queue the tasks that workers have and have not started."""
        for each in forecasts:
            waiting = each.depth + reserved.get(each.queue, 0)
            if waiting == 0:
                self._seen_empty(each.queue)
            elif self._is_comparable(each):
                opened = _Open(forecast=each, waiting=waiting, left=waiting, left_at=each.at)
                self._open.setdefault(each.queue, []).append(opened)

    def sent(self, queue: str) -> None:
        """Take in that a task was sent."""
        for each in self._open.get(queue, ()):
            # An estimate that expects arrivals ends when these have started, too.
            each.left += bool(each.forecast.drain.in_per_s)

    def left(self, queue: str, at: float) -> None:
        """Take in that a task no longer waits: it started, or never will."""
        for each in list(self._open.get(queue, ())):
            each.left -= 1
            each.left_at = at
            if each.left <= 0:
                self._close(each, at)

    def maintain(self, now: float) -> None:
        """End the estimates whose range was missed by far, whenever the queue will be empty."""
        for each in [each for opened in self._open.values() for each in opened]:
            is_late = now - each.forecast.at > (each.forecast.drain.median_s or 0.0)
            if is_late and each.score(now) == MAX_SCORE:
                self._close(each, now)

    def take_changed(self, *, again: bool) -> dict[str, bytes | None]:
        """Return the records to write; `again` says that those that were taken last did not arrive."""
        if again:
            self._changed |= self._taken | self._scores.keys()
        self._taken, self._changed = self._changed, set()
        return {each: encode(self._scores[each]) if each in self._scores else None for each in self._taken}

    def _is_comparable(self, forecast: Forecast) -> bool:
        drain, opened = forecast.drain, self._open.get(forecast.queue, [])
        return (
            drain.state is DrainState.DRAINS
            and drain.high_s is not None
            and (drain.median_s or 0.0) >= MIN_MEDIAN_S
            and len(opened) < MAX_OPEN
            # Estimates a moment apart say the same.
            and (not opened or forecast.at - opened[-1].forecast.at >= (drain.median_s or 0.0) / MAX_OPEN)
        )

    def _seen_empty(self, queue: str) -> None:
        for each in list(self._open.get(queue, ())):
            # What is missing started without an event, or just before the estimate.
            if each.left <= max(2, MISSING_SHARE * each.waiting):
                self._close(each, each.left_at)
        self._open.pop(queue, None)

    def _close(self, opened: _Open, at: float) -> None:
        queue = opened.forecast.queue
        self._open[queue].remove(opened)
        if not self._open[queue]:
            del self._open[queue]
        found = opened.score(at)
        if found is None:
            return
        scores = (*self._scores.pop(queue, ()), float(f"{found:.3g}"))
        self._scores[queue] = scores[-MAX_SCORES:]
        self._changed.add(queue)
        if len(self._scores) > MAX_QUEUES:
            oldest, _ = self._scores.popitem(last=False)
            self._changed.add(oldest)
