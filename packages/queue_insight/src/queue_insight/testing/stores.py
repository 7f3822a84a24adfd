"""The conformance suite for stores. Your own store must pass it.

from queue_insight.testing.stores import StoreConformance

class TestMyStore(StoreConformance):
    def make_store(self):
        return MyStore(...)      # empty at first; two calls in one test return views of the same store
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from queue_insight.collector_state import CollectorState, ObservedOutcome, ObservedTask, ObservedWorker

if TYPE_CHECKING:
    from collections.abc import Callable

    from queue_insight.stores.base import Store

DEADLINE_S = 5.0

FULL = CollectorState(
    collected_at=1000.5,
    next_by=1001.5,
    connected_since=990.0,
    events=7,
    malformed=2,
    evicted=1,
    workers=(
        ObservedWorker(
            name="a@host",
            last_seen_at=1000.0,
            heartbeat_interval_s=2.0,
            pid=7,
            queues=("celery", "slow"),
            slots=2,
            active=1,
            sends_events=True,
            starts=9,
            missed_starts=1,
            clock_offset_s=-3.5,
        ),
        ObservedWorker(name="b@höst", last_seen_at=900.0, offline=True),
    ),
    tasks=(
        ObservedTask(
            id="t1", name="work.do", queue="celery", args_summary="('\u00e9\x00',)", worker="a@host", pid=7
        ),
        ObservedTask(
            id="t2",
            sent_at=1.0,
            received_at=2.0,
            started_at=3.0,
            eta=1_800_000_000.0,
            observed_at=3.0,
            clock=12,
            ended_at=4.0,
            proven=True,
        ),
    ),
    finished=(ObservedOutcome(id="t0", outcome="failed", at=999.0),),
    sent={"t3": 998.0},
    queues=("celery", "slow"),
    runtimes={"celery": 1.5},
)


class StoreConformance:
    """Derive a test class from it and override `make_store`; pytest collects the tests."""

    def make_store(self) -> Store:
        """Return a store that is empty at the start of each test."""
        raise NotImplementedError

    def test_an_empty_store_loads_none(self) -> None:
        """An empty store loads None and raises no error."""
        _expect(self.make_store().load() is None, "an empty store must load None")

    def test_every_field_is_loaded_as_saved(self) -> None:
        """No field is rounded, dropped or renamed."""
        store = self.make_store()
        store.save(FULL, retention_s=60)
        stored = store.load()
        _expect(stored is not None and stored.state == FULL, f"saved {FULL}, loaded {stored}")

    def test_the_last_saved_state_is_loaded(self) -> None:
        """The store keeps one state, not a history."""
        store = self.make_store()
        store.save(FULL, retention_s=60)
        later = CollectorState(collected_at=2000.0, next_by=2001.0)
        store.save(later, retention_s=60)
        stored = store.load()
        _expect(stored is not None and stored.state == later, f"saved {later} last, loaded {stored}")

    def test_the_age_grows_from_zero(self) -> None:
        """The age is by the store's clock, regardless of the times in the state."""
        store = self.make_store()
        store.save(FULL, retention_s=60)
        stored = store.load()
        _expect(stored is not None and 0 <= stored.age_s < DEADLINE_S, f"a new state has the age {stored}")

        def older() -> bool:
            again = store.load()
            return again is not None and stored is not None and again.age_s > stored.age_s

        _wait_until(older, "the age must grow")

    def test_it_expires(self) -> None:
        """Nothing remains for ever when the collector is removed."""
        store = self.make_store()
        store.save(FULL, retention_s=0.05)
        _wait_until(lambda: store.load() is None, "a state stored for 0.05 s must expire")


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)


def _wait_until(holds: Callable[[], bool], sentence: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        _expect(time.monotonic() < deadline, f"{sentence} (waited {DEADLINE_S:g} s)")
        time.sleep(0.01)
