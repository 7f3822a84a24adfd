"""How long tasks of each name took lately, and how many arrive in each queue. Pure, with bounded memory."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Per name, the run times that are kept; and the names, of which the one that finished least recently goes.
MAX_SAMPLES: Final = 200
MAX_NAMES: Final = 500
#: Arrivals are counted in as many periods of this length, in seconds.
PERIOD_S: Final = 20.0
PERIODS: Final = 6
ARRIVALS_WINDOW_S: Final = PERIOD_S * PERIODS
#: Names of arriving tasks that are told apart in a queue.
MAX_ARRIVING_NAMES: Final = 100


class RunTimes:
    """The last run times of successful tasks, in seconds, by name."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def restore(self, times: Mapping[str, tuple[float, ...]]) -> None:
        """Start from what an earlier collector saved."""
        for name, sample in times.items():
            self._times[name] = deque(sample, maxlen=MAX_SAMPLES)

    def add(self, name: str, seconds: float) -> None:
        """Take in how long a task took."""
        # Four digits: the store is written each second, and no estimate is better.
        self._times.setdefault(name, deque(maxlen=MAX_SAMPLES)).append(float(f"{seconds:.4g}"))
        self._times.move_to_end(name)
        if len(self._times) > MAX_NAMES:
            self._times.popitem(last=False)

    def all(self) -> dict[str, tuple[float, ...]]:
        """Return the run times by name, oldest first."""
        return {name: tuple(times) for name, times in self._times.items()}


class Arrivals:
    """The tasks that senders' events said were sent to one queue."""

    def __init__(self) -> None:
        self._periods: OrderedDict[int, Counter[str]] = OrderedDict()

    def add(self, name: str, now: float) -> None:
        """Take in that a task was sent."""
        counts = self._periods.setdefault(int(now // PERIOD_S), Counter())
        counts[name if name in counts or len(counts) < MAX_ARRIVING_NAMES else ""] += 1
        self._expire(now)

    def per_s(self, now: float) -> dict[str, float]:
        """Return how many tasks of each name arrive a second.

        The median of the last periods, since a batch that was sent at once does not go on arriving.
        """
        self._expire(now)
        current = int(now // PERIOD_S)
        counted = [self._periods.get(current - n, Counter()) for n in range(1, PERIODS + 1)]
        totals = [counts.total() for counts in counted]
        names: Counter[str] = sum(counted, Counter())
        rate = median(totals) / PERIOD_S
        return {name: rate * count / sum(totals) for name, count in names.items()} if rate else {}

    def _expire(self, now: float) -> None:
        oldest = int(now // PERIOD_S) - PERIODS
        while self._periods and next(iter(self._periods)) < oldest:
            self._periods.popitem(last=False)
