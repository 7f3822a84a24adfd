"""The periodic tasks of celery beat: when each was last sent and run, when it is due, and why it is late."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from celery import schedules

from queue_insight.event import FAILED, SUCCEEDED
from queue_insight.periodic_state import DROPPED, PeriodicState, Seen, Span, judge
from queue_insight.periods import ALL, DAY, HOUR, MINUTE, SENT, key, of_name
from queue_insight.read import celery_app
from queue_insight.recorded_history import MAX_SERIES
from queue_insight.snapshot import moment
from queue_insight.stored_state import load_series, read_periods
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from celery import Celery
    from celery.schedules import BaseSchedule

    from queue_insight.periodic_state import DueAfter
    from queue_insight.periods import Period, Resolution
    from queue_insight.reasons import Reason
    from queue_insight.stores.base import Store

#: Periodic tasks that are read; of further ones only the number is known.
MAX_TASKS: Final = 100
#: A period was observed if a collector listened for this share of it.
OBSERVED: Final = 0.9
#: Beat's own scheduler, which reads what the app declares.
_SCHEDULER: Final = "celery.beat:PersistentScheduler"
#: The newest periods of each length that are read.
_READ: Final = ((MINUTE, 60), (HOUR, 48), (DAY, 31))
#: Outcomes that say that a worker has run it.
_RAN: Final = frozenset({SUCCEEDED, FAILED, "retried"})
#: Units of an interval, the largest first.
_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"))
_COMMENT = re.compile(r"^<(?:crontab: )?(.*?)(?: \(m/h/dM/MY/d\))?>$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicTask:
    """One entry of the beat schedule. Tasks are told apart by their names, so entries may share figures."""

    entry: str
    task: str
    #: Its schedule, as "every 5 s" or "0 3 * * *".
    schedule: str
    state: PeriodicState
    #: Why it is not on time, or why that is not known.
    reason: Reason | None = None
    last_sent: Span | None = None
    last_run: Span | None = None
    #: When it is due next, or was due if it is late; None when it is not known.
    due: datetime | None = None
    #: How its runs of the last 24 hours ended.
    succeeded: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicTasks:
    """The periodic tasks that the app declares, those in trouble first."""

    at: datetime
    tasks: tuple[PeriodicTask, ...]
    #: How many are declared beyond `tasks`.
    more: int = 0
    #: Since when a collector has listened without a gap; None when none listens.
    observed_since: datetime | None = None
    #: A scheduler that keeps a list of its own, of which nothing is known here; empty for beat's own.
    other_scheduler: str = ""


def periodic_tasks(
    app: Celery | None = None, *, store: Store | None = None, clock: Callable[[], float] = time.time
) -> PeriodicTasks:
    """Return the periodic tasks of the app, in two round trips.

    Raises:
        StoreUnreachableError: the store did not respond.
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    app = app or celery_app()
    declared: Mapping[str, Mapping[str, Any]] = app.conf.beat_schedule or {}
    entries = list(declared.items())[:MAX_TASKS]
    now = clock()
    past = _read(store or store_for(app), {str(entry.get("task", "")) for _, entry in entries}, now)
    tasks = (_task(str(name), entry, app, past) for name, entry in entries)
    return PeriodicTasks(
        at=moment(now),
        tasks=tuple(sorted(tasks, key=lambda each: (each.state.place, each.entry))),
        more=len(declared) - len(entries),
        observed_since=None if past.observed_since is None else moment(past.observed_since),
        other_scheduler="" if app.conf.beat_scheduler == _SCHEDULER else str(app.conf.beat_scheduler),
    )


def _read(store: Store, names: Iterable[str], now: float) -> _Past:
    wanted = {
        key(resolution, series, start): start
        for series in (ALL, *map(of_name, names))
        for resolution, start in _periods(now)
    }
    return _Past(read_periods(store, wanted), frozenset(load_series(store)), now)


def _periods(now: float) -> Iterator[tuple[Resolution, int]]:
    """Yield the periods that are read, the newest first of each length."""
    for resolution, number in _READ:
        newest = resolution.start(now)
        for back in range(number):
            yield resolution, newest - back * resolution.period_s


class _Past:
    """What the collector has recorded."""

    def __init__(self, records: Mapping[str, Period], series: frozenset[str], now: float) -> None:
        self._records = records
        self._series = series
        self.now = now
        self.observed_since = self._observed_since()
        self.has_events = any(record.counts for _, record in self._of(ALL))

    def _of(self, series: str) -> Iterator[tuple[Resolution, Period]]:
        for resolution, start in _periods(self.now):
            record = self._records.get(key(resolution, series, start))
            if record is not None:
                yield resolution, record

    def _observed_since(self) -> float | None:
        """Return since when a collector has listened without a gap, but for the last minute or two.

        Of one that began in these, only that it listens now is known.
        """
        since = float(MINUTE.start(self.now) - MINUTE.period_s)
        found = False
        for resolution, number in _READ:
            for _ in range(number):
                start = resolution.start(since - 1)
                record = self._records.get(key(resolution, ALL, start))
                lasted = min(resolution.period_s, self.now - start)
                if record is None or record.observed_s < OBSERVED * lasted:
                    return since if found else self._listens_at()
                since, found = float(start), True
        return since

    def _listens_at(self) -> float | None:
        """Return now if a collector has listened in this minute or in the one before; None if none has."""
        newest = MINUTE.start(self.now)
        records = (self._records.get(key(MINUTE, ALL, start)) for start in (newest, newest - MINUTE.period_s))
        return self.now if any(record and record.observed_s > 0 for record in records) else None

    def is_kept(self, task: str) -> bool:
        """Whether a run of this task would be found: of too many names, the least recent are dropped."""
        names = [each for each in self._series if each.startswith(of_name(""))]
        return len(names) < MAX_SERIES or of_name(task) in self._series

    def seen(self, task: str) -> Seen:
        """Return when tasks of this name were last seen."""
        sent = run = unanswered = None
        for resolution, record in self._of(of_name(task)):
            end = min(record.start + resolution.period_s, self.now)
            span = Span(start=moment(record.start), end=moment(end))
            if run is None and record.counts.keys() & _RAN:
                run = span
            if SENT in record.counts:
                sent = sent or span
                unanswered = span if run is None else unanswered
        return Seen(sent=sent, run=run, unanswered=unanswered)

    def ended(self, task: str, outcome: str) -> int:
        """Return how many ended so in the last 24 hours."""
        since = self.now - DAY.period_s
        hours = (record for resolution, record in self._of(of_name(task)) if resolution is HOUR)
        return sum(record.counts.get(outcome, 0) for record in hours if record.start > since)


def _task(entry: str, declared: Mapping[str, Any], app: Celery, past: _Past) -> PeriodicTask:
    name = str(declared.get("task", ""))
    seen = past.seen(name)
    words, due_after = _schedule(declared.get("schedule"), app)
    state, reason, due = judge(seen, due_after, past)
    if not past.is_kept(name):
        state, reason, due = PeriodicState.UNKNOWN, DROPPED, None
    return PeriodicTask(
        entry=entry,
        task=name,
        schedule=words,
        state=state,
        reason=reason,
        last_sent=seen.sent,
        last_run=seen.run,
        due=None if due is None else moment(due),
        succeeded=past.ended(name, SUCCEEDED),
        failed=past.ended(name, FAILED),
    )


def _schedule(given: Any, app: Celery) -> tuple[str, DueAfter | None]:  # noqa: ANN401 - whatever the app declares
    """Return a schedule in words, and its rule; None if it can't be evaluated."""
    try:
        schedule = cast("BaseSchedule", schedules.maybe_schedule(given, relative=False, app=app))

        def due_after(last: float) -> float:
            left = schedule.remaining_estimate(datetime.fromtimestamp(last, UTC))
            return float(schedule.now().timestamp() + left.total_seconds())

        due_after(time.time())
    except Exception:  # noqa: BLE001 - a project's own class may raise anything, and beat alone needs it
        return str(given), None
    return _in_words(schedule), due_after


def _in_words(schedule: BaseSchedule) -> str:
    if type(schedule) is not schedules.schedule:
        return _COMMENT.sub(r"\1", repr(schedule))
    seconds: float = cast("Any", schedule).run_every.total_seconds()
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds and seconds % size == 0), (1, "s"))
    return f"every {seconds / size:g} {unit}"
