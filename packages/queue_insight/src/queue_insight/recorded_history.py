"""Records what happens in each minute, hour and day, by queue and by task name. Pure, with bounded memory.

Only the current periods are in memory. A record is written while its period lasts, so that a collector that
is killed loses no more than `WRITE_INTERVAL_S`, and the next one continues it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from queue_insight.collector_state import Part, encode
from queue_insight.periods import (
    ALL,
    MINUTE,
    NAMES,
    RESOLUTIONS,
    SENT,
    Period,
    Recent,
    Resolution,
    key,
    keys,
    of_name,
    of_queue,
)
from queue_insight.sketch import Buckets, bucket, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Queues and task names that are told apart, each; the one that was seen least recently goes.
MAX_SERIES: Final = 100
#: Seconds between two writes of the current periods.
WRITE_INTERVAL_S: Final = 15.0
#: Seconds between two calls of `observe` that still count as listening.
MAX_PAUSE_S: Final = 5.0
#: Minutes of which each queue has what came in and went out.
RECENT_MINUTES: Final = 60
#: A minute that was not listened to for so long has no figures among these: what was counted is not all.
FULL_MINUTE_S: Final = 57.0
#: Records that wait for a store that does not respond; the oldest go.
MAX_UNWRITTEN: Final = 20_000


@dataclass(slots=True)
class _Current:
    """The period that lasts."""

    start: int
    observed_s: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    run: Buckets = field(default_factory=dict)
    wait: Buckets = field(default_factory=dict)

    def record(self) -> bytes:
        return encode(
            Period(
                start=self.start,
                observed_s=round(self.observed_s, 1),
                counts=dict(self.counts),
                run=self.run,
                wait=self.wait,
            )
        )


@dataclass(slots=True)
class _Minute:
    """What each queue had in one full minute."""

    is_observed: bool = False
    #: By queue, what came in and went out.
    queues: dict[str, tuple[int, int]] = field(default_factory=dict)


class HistoryRecorder:
    """What was sent and how tasks ended. Times are epoch seconds by the collector's clock."""

    def __init__(self) -> None:
        #: By series, when it was last used.
        self._series: OrderedDict[str, float] = OrderedDict()
        #: When it began to be counted; those that an earlier collector counted are missing.
        self._began: dict[str, float] = {}
        #: By series, what has happened in the current minute since it was last added to the periods.
        self._fresh: dict[str, _Current] = {}
        self._current: dict[tuple[Resolution, str], _Current] = {}
        self._changed: set[tuple[Resolution, str]] = set()
        #: Records that are to be written, and those that were taken last; None deletes one.
        self._unwritten: dict[str, bytes | None] = {}
        self._taken: dict[str, bytes | None] = {}
        self._names_changed = False
        self._write_due = 0.0
        self._observed_at: float | None = None
        #: The last full minutes by their begin.
        self._minutes: dict[int, _Minute] = {}
        self._recent: dict[str, Recent] = {}
        self._recent_is_old = False
        #: Series that were dropped to keep memory bounded.
        self.evicted = 0

    def clear(self) -> None:
        """Forget the current periods, which another collector records."""
        self._fresh.clear()
        self._current.clear()
        self._changed.clear()
        self._unwritten.clear()
        self._taken.clear()

    def restore(self, series: Mapping[str, float], periods: Iterable[tuple[Resolution, str, Period]]) -> None:
        """Continue the periods that an earlier collector began, with what was observed just now."""
        fresh = dict(self._fresh)
        self.clear()
        self._fresh = fresh
        self._series = OrderedDict(sorted(series.items(), key=lambda each: each[1]))
        self._began.clear()
        for resolution, name, period in periods:
            self._current[resolution, name] = _Current(
                start=int(period.start),
                observed_s=period.observed_s,
                counts=Counter(period.counts),
                run=dict(period.run),
                wait=dict(period.wait),
            )

    def restore_recent(self, recent: Mapping[str, Recent]) -> None:
        """Continue the last minutes that an earlier collector saved."""
        for queue, each in recent.items():
            figures = zip(each.sent, each.finished, strict=False)
            for place, (sent, finished) in enumerate(figures, start=1 - len(each.sent)):
                if sent is not None and finished is not None:
                    minute = self._minutes.setdefault(int(each.last) + 60 * place, _Minute())
                    minute.is_observed = True
                    minute.queues[queue] = sent, finished
        self._recent_is_old = True

    def observe(self, now: float, *, listens: bool) -> None:
        """Take in that the collector listens, or does not; called several times a minute."""
        last, self._observed_at = self._observed_at, now if listens else None
        if listens and last is not None:
            self._fresh_of(ALL, now).observed_s += now - last if 0 <= now - last <= MAX_PAUSE_S else 0.0

    def sent(self, queue: str, name: str, now: float) -> None:
        """Take in that a task was sent."""
        self._count(queue, name, SENT, now)

    def finished(
        self, queue: str, name: str, outcome: str, now: float, *, run_s: float | None, wait_s: float | None
    ) -> None:
        """Take in how a task ended, and how long it ran and waited; None: not known."""
        self._count(queue, name, outcome, now, run_s=run_s, wait_s=wait_s)

    def recent(self) -> Mapping[str, Recent]:
        """Return by queue what came in and went out in the last full minutes."""
        if self._recent_is_old:
            self._recent, self._recent_is_old = self._by_queue(), False
        return self._recent

    def take_changed(
        self, now: float, *, again: bool, at_once: bool = False
    ) -> dict[Part, dict[str, bytes | None]]:
        """Return the records to write; `again` says that those that were taken last did not arrive."""
        if again:
            self._unwritten = {**self._taken, **self._unwritten}
            self._names_changed = True
        self._taken = {}
        if now < self._write_due and not at_once:
            return {}
        self._write_due = now + WRITE_INTERVAL_S
        for series in list(self._fresh):
            self._fold(series)
        self._roll(now)
        for resolution, series in self._changed:
            period = self._current[resolution, series]
            self._unwritten[key(resolution, series, period.start)] = period.record()
        self._changed.clear()
        self._taken, self._unwritten = self._unwritten, {}
        if len(self._taken) > MAX_UNWRITTEN:
            self._taken = dict(list(self._taken.items())[-MAX_UNWRITTEN:])
        names: dict[str, bytes | None] = {NAMES: encode(dict(self._series))} if self._names_changed else {}
        self._names_changed = False
        return {Part.HISTORY: dict(self._taken), Part.SERIES: names}

    def _count(
        self,
        queue: str,
        name: str,
        what: str,
        now: float,
        *,
        run_s: float | None = None,
        wait_s: float | None = None,
    ) -> None:
        series = [ALL]
        series += [each for known, each in ((queue, of_queue(queue)), (name, of_name(name))) if known]
        places = [
            (name, bucket(seconds))
            for name, seconds in (("run", run_s), ("wait", wait_s))
            if seconds is not None
        ]
        for each in series:
            self._use(each, now)
            fresh = self._fresh_of(each, now)
            fresh.counts[what] += 1
            for kind, place in places:
                sketch = fresh.run if kind == "run" else fresh.wait
                sketch[place] = sketch.get(place, 0) + 1

    def _fresh_of(self, series: str, now: float) -> _Current:
        start = MINUTE.start(now)
        fresh = self._fresh.get(series)
        if fresh is None or fresh.start != start:
            if fresh is not None:
                self._fold(series)
            fresh = self._fresh[series] = _Current(start=start)
        return fresh

    def _fold(self, series: str) -> None:
        """Add what has happened to the current minute, hour and day."""
        fresh = self._fresh.pop(series)
        for resolution in RESOLUTIONS:
            period = self._period(resolution, series, fresh.start)
            period.observed_s += fresh.observed_s
            period.counts.update(fresh.counts)
            period.run = merged((period.run, fresh.run))
            period.wait = merged((period.wait, fresh.wait))

    def _use(self, series: str, now: float) -> None:
        if series == ALL:
            return
        if series not in self._series:
            kind = series[:2]
            same = [each for each in self._series if each.startswith(kind)]
            if len(same) >= MAX_SERIES:
                self._evict(same[0], now)
            self._began[series] = now
            self._names_changed = True
        self._series[series] = now
        self._series.move_to_end(series)

    def _evict(self, series: str, now: float) -> None:
        del self._series[series]
        self.evicted += 1
        self._fresh.pop(series, None)
        for resolution in RESOLUTIONS:
            self._current.pop((resolution, series), None)
            self._changed.discard((resolution, series))
        # Where names come and go all the time, each has few records.
        self._unwritten |= dict.fromkeys(keys(series, self._began.pop(series, 0.0), now))

    def _period(self, resolution: Resolution, series: str, now: float) -> _Current:
        start = resolution.start(now)
        place = resolution, series
        period = self._current.get(place)
        if period is None or period.start != start:
            if period is not None:
                self._end(resolution, series, period)
            period = self._current[place] = _Current(start=start)
        self._changed.add(place)
        return period

    def _roll(self, now: float) -> None:
        """End the periods that are over, of series in which nothing has happened since."""
        for (resolution, series), period in list(self._current.items()):
            if period.start != resolution.start(now):
                self._end(resolution, series, period)
                del self._current[resolution, series]

    def _end(self, resolution: Resolution, series: str, period: _Current) -> None:
        if (resolution, series) in self._changed:
            self._unwritten[key(resolution, series, period.start)] = period.record()
            self._changed.discard((resolution, series))
        if resolution is MINUTE:
            self._add_minute(series, period)

    def _add_minute(self, series: str, period: _Current) -> None:
        minute = self._minutes.setdefault(period.start, _Minute())
        self._recent_is_old = True
        if series == ALL:
            minute.is_observed = period.observed_s >= FULL_MINUTE_S
        elif series.startswith("q:"):
            sent = period.counts[SENT]
            minute.queues[series[2:]] = sent, period.counts.total() - sent

    def _by_queue(self) -> dict[str, Recent]:
        if not self._minutes:
            return {}
        last = max(self._minutes)
        starts = range(last - 60 * (RECENT_MINUTES - 1), last + 1, 60)
        self._minutes = {start: self._minutes.get(start, _Minute()) for start in starts}
        found = {}
        for queue in {name for minute in self._minutes.values() for name in minute.queues}:
            figures = [
                minute.queues.get(queue, (0, 0)) if minute.is_observed else (None, None)
                for minute in self._minutes.values()
            ]
            found[queue] = Recent(
                last=last,
                sent=tuple(sent for sent, _ in figures),
                finished=tuple(finished for _, finished in figures),
            )
        return found
