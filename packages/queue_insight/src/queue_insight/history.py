"""What happened before: how many tasks came and went, how long they ran and waited, by queue or task name."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from queue_insight.event import SUCCEEDED
from queue_insight.periods import ALL, DAY, HOUR, MINUTE, SENT, Period, Resolution, key, of_name, of_queue
from queue_insight.read import celery_app
from queue_insight.sketch import merged, quantile
from queue_insight.stored_state import read_periods
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from celery import Celery

    from queue_insight.stores.base import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What was counted in a span of time."""

    #: How many seconds it has, and in how many of them a collector listened.
    span_s: float
    observed_s: float
    #: How many tasks were sent; None when senders' events are off, as nothing was sent and yet tasks ended.
    sent: int | None = None
    #: By outcome ("succeeded", "failed", "retried", "revoked", "rejected", "unobserved"), how many ended.
    outcomes: Mapping[str, int] = field(default_factory=dict)
    #: Sketches of the seconds that tasks ran and waited.
    run: Mapping[int, int] = field(default_factory=dict)
    wait: Mapping[int, int] = field(default_factory=dict)

    @property
    def succeeded(self) -> int:
        """How many tasks succeeded."""
        return self.outcomes.get(SUCCEEDED, 0)

    @property
    def finished(self) -> int:
        """How many attempts ended, however."""
        return sum(self.outcomes.values())

    def run_s(self, share: float) -> float | None:
        """Return the run time in seconds below which this share of the successful tasks stayed."""
        return quantile(self.run, share)

    def wait_s(self, share: float) -> float | None:
        """Return the wait in seconds below which this share stayed; None if no wait is known."""
        return quantile(self.wait, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The history of one queue or task name. A span in which no collector listened is None.

    Days have 24 hours, ending with the current hour; the month has 31 days, which begin at midnight UTC.
    """

    hour: Total | None = None
    day: Total | None = None
    #: The day before, and the same day of the week before.
    day_before: Total | None = None
    week_before: Total | None = None
    month: Total | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    resolution: Resolution
    #: How many periods it has, and how many periods before the current one it ends.
    periods: int
    before: int = 0

    def starts(self, now: float) -> list[int]:
        current = self.resolution.start(now)
        length = self.resolution.period_s
        return [current - (self.before + n) * length for n in range(self.periods)]


_SPANS: Final[Mapping[str, _Span]] = {
    "hour": _Span(resolution=MINUTE, periods=60),
    "day": _Span(resolution=HOUR, periods=24),
    "day_before": _Span(resolution=HOUR, periods=24, before=24),
    "week_before": _Span(resolution=HOUR, periods=24, before=168),
    "month": _Span(resolution=DAY, periods=31),
}


def history(
    *,
    queue: str = "",
    name: str = "",
    app: Celery | None = None,
    store: Store | None = None,
    clock: Callable[[], float] = time.time,
) -> History:
    """Return the history of this queue, or of tasks of this name, or else of all tasks, in one round trip.

    Raises:
        StoreUnreachableError: the store did not respond.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    store = store or store_for(app or celery_app())
    series = of_queue(queue) if queue else of_name(name) if name else ALL
    now = clock()
    wanted = {
        key(span.resolution, each, start): start
        for span in _SPANS.values()
        for start in span.starts(now)
        for each in (series, ALL)
    }
    current = read_periods(store, wanted)
    return History(**{name: _total(span, series, current, now) for name, span in _SPANS.items()})


def _total(span: _Span, series: str, records: Mapping[str, Period], now: float) -> Total | None:
    starts = span.starts(now)
    observed = list(_found(span, ALL, starts, records))
    if not observed:
        return None
    found = list(_found(span, series, starts, records))
    counts: Counter[str] = Counter()
    for each in found:
        counts.update(each.counts)
    outcomes = {outcome: number for outcome, number in counts.items() if outcome != SENT}
    return Total(
        span_s=now - starts[-1] if span.before == 0 else float(len(starts) * span.resolution.period_s),
        observed_s=sum(each.observed_s for each in observed),
        sent=counts[SENT] if counts[SENT] or not outcomes else None,
        outcomes=outcomes,
        run=merged(each.run for each in found),
        wait=merged(each.wait for each in found),
    )


def _found(
    span: _Span, series: str, starts: Iterable[int], records: Mapping[str, Period]
) -> Iterable[Period]:
    return filter(None, (records.get(key(span.resolution, series, start)) for start in starts))
