"""Reads what the collector stored, in the parts that a reader needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from queue_insight.collector_state import (
    KEPT,
    CollectorState,
    ObservedFailures,
    ObservedOutcome,
    ObservedTask,
    ObservedWorker,
    Part,
    SentTask,
    SentTasks,
    TasksAtWorker,
    decode_header,
    decode_records,
    decode_sent,
)
from queue_insight.periods import NAMES, RESOLUTIONS, key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from queue_insight.periods import Period, Recent, Resolution
    from queue_insight.stores.base import Store

#: What an overview needs; these parts are bounded by the collector.
OVERVIEW: Final = (
    *(part for part in Part if part not in {Part.TASKS, Part.AT_WORKERS} and part not in KEPT),
    Part.SCORES,
)
#: Number of tasks in one round trip.
PAGE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """A collector state and its age."""

    state: CollectorState
    #: Seconds since it was saved, by the store's clock, since the clocks of reader and collector may differ.
    age_s: float
    #: Number of records that were left out because they could not be decoded.
    unreadable: int = 0

    @property
    def is_fresh(self) -> bool:
        """Whether the collector saves on time and is connected to the broker."""
        # As with workers, allow one more period after the promised time.
        period = self.state.next_by - self.state.collected_at
        return self.state.connected_since is not None and self.age_s <= 2 * period


def load(store: Store) -> StoredState | None:
    """Return what the collector stored, without tasks; None when it stored nothing or that has expired.

    Raises:
        StoreUnreachableError: the store did not respond.
        CollectorStateUnreadableError: another version wrote it.
    """
    stored = store.read(OVERVIEW)
    if stored is None:
        return None
    header = decode_header(stored.header)
    found = {part: decode_records(part, records) for part, records in stored.records.items()}
    workers = cast("dict[str, ObservedWorker]", found[Part.WORKERS])
    finished = cast("dict[str, ObservedOutcome]", found[Part.FINISHED])
    state = CollectorState(
        **{name: getattr(header, name) for name in header.__struct_fields__},
        workers=tuple(sorted(workers.values(), key=lambda worker: worker.name)),
        finished=tuple(sorted(finished.values(), key=lambda outcome: (outcome.at, outcome.id))),
        sent=cast("dict[str, float]", found[Part.SENT]),
        queues=cast("dict[str, dict[str, float] | None]", found[Part.QUEUES]),
        run_times=cast("dict[str, tuple[float, ...]]", found[Part.RUN_TIMES]),
        revoked=cast("dict[str, float]", found[Part.REVOKED]),
        waiting=cast("dict[str, SentTasks]", found[Part.WAITING]),
        recent=cast("dict[str, Recent]", found[Part.RECENT]),
        scores=cast("dict[str, tuple[float, ...]]", found[Part.SCORES]),
    )
    unreadable = sum(len(records) - len(found[part]) for part, records in stored.records.items())
    return StoredState(state=state, age_s=stored.age_s, unreadable=unreadable)


def load_header(store: Store) -> StoredState | None:
    """Return when the collector saved last, without any record; None when it stored nothing.

    Raises:
        StoreUnreachableError: the store did not respond.
        CollectorStateUnreadableError: another version wrote it.
    """
    stored = store.read(())
    if stored is None:
        return None
    header = decode_header(stored.header)
    state = CollectorState(**{name: getattr(header, name) for name in header.__struct_fields__})
    return StoredState(state=state, age_s=stored.age_s)


def load_tasks(store: Store, ids: Collection[str]) -> tuple[ObservedTask, ...]:
    """Return those of these tasks that workers have, or had when they ended.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    wanted = list(ids)
    found: dict[str, object] = {}
    for first in range(0, len(wanted), PAGE):
        found |= decode_records(Part.TASKS, store.read_records(Part.TASKS, wanted[first : first + PAGE]))
    return cast("tuple[ObservedTask, ...]", tuple(found.values()))


def load_all_tasks(store: Store) -> tuple[ObservedTask, ...]:
    """Return all tasks that workers have, or had when they ended, in the order of their ids.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    tasks: list[ObservedTask] = []
    ids = store.task_ids(limit=PAGE)
    while ids:
        tasks += load_tasks(store, ids)
        ids = store.task_ids(after=ids[-1], limit=PAGE) if len(ids) == PAGE else ()
    return tuple(tasks)


def load_at_workers(store: Store, names: Collection[str]) -> Mapping[str, TasksAtWorker]:
    """Return which tasks of these workers have run longest, or were left when they ended.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    found = decode_records(Part.AT_WORKERS, store.read_records(Part.AT_WORKERS, names))
    return cast("dict[str, TasksAtWorker]", found)


def load_failures(store: Store) -> Mapping[str, ObservedFailures]:
    """Return the failures by group.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    found = decode_records(Part.FAILURES, store.read_records(Part.FAILURES, None))
    return cast("dict[str, ObservedFailures]", found)


def load_scores(store: Store) -> Mapping[str, tuple[float, ...]]:
    """Return by queue how well past drain estimates came true.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    found = decode_records(Part.SCORES, store.read_records(Part.SCORES, None))
    return cast("dict[str, tuple[float, ...]]", found)


def load_sent(store: Store, ids: Collection[str]) -> Mapping[str, SentTask]:
    """Return what senders noted of these tasks, without those of which nothing is kept.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    return decode_sent(store.read_sent(ids)) if ids else {}


def load_series(store: Store) -> Mapping[str, float]:
    """Return the series of the history, and when each was last used.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    found = decode_records(Part.SERIES, store.read_records(Part.SERIES, [NAMES]))
    return cast("dict[str, float]", found.get(NAMES, {}))


def load_periods(
    store: Store, series: Collection[str], now: float
) -> Iterator[tuple[Resolution, str, Period]]:
    """Yield the periods of these series that last at this time.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    wanted = {
        key(resolution, each, resolution.start(now)): (resolution, each)
        for resolution in RESOLUTIONS
        for each in series
    }
    starts = {place: resolution.start(now) for place, (resolution, _) in wanted.items()}
    for place, record in read_periods(store, starts).items():
        yield *wanted[place], record


def read_periods(store: Store, starts: Mapping[str, int]) -> dict[str, Period]:
    """Return the periods under these keys that begin at these times, in one round trip.

    Raises:
        StoreUnreachableError: the store did not respond.
    """
    found = decode_records(Part.HISTORY, store.read_records(Part.HISTORY, list(starts)))
    # A key comes again when its period is no longer kept.
    periods = cast("dict[str, Period]", found)
    return {place: period for place, period in periods.items() if period.start == starts[place]}
