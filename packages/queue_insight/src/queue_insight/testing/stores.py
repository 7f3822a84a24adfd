"""The conformance suite of stores. A store of your own passes it or is not one.

from queue_insight.testing.stores import StoreConformance

class TestMyStore(StoreConformance):
    def make_store(self):
        return MyStore(...)      # empty at first; two calls in one test give views of the same store
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from queue_insight.sighting import SeenEnd, SeenTask, SeenWorker, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable

    from queue_insight.stores.base import Store

DEADLINE_S = 5.0

FULL = Sighting(
    collected_at=1000.5,
    next_by=1001.5,
    listening_since=990.0,
    events=7,
    evicted=1,
    workers=(
        SeenWorker(
            name="a@host", seen_at=1000.0, every_s=2.0, pid=7, queues=("celery", "slow"), slots=2, active=1
        ),
        SeenWorker(name="b@höst", seen_at=900.0, offline=True),
    ),
    tasks=(
        SeenTask(
            id="t1", name="work.do", queue="celery", args_summary="('\u00e9\x00',)", worker="a@host", pid=7
        ),
        SeenTask(id="t2", sent_at=1.0, received_at=2.0, started_at=3.0, eta="2026-01-01T00:00:00+00:00"),
    ),
    ended=(SeenEnd(id="t0", outcome="failed", at=999.0),),
    sent={"t3": 998.0},
    queues=("celery", "slow"),
    runtimes={"celery": 1.5},
)


class StoreConformance:
    """Derive from it, say how to make a store, and let pytest find the tests."""

    def make_store(self) -> Store:
        """Return a store; each test starts with an empty one."""
        raise NotImplementedError

    def test_an_empty_store_holds_nothing(self) -> None:
        """None, not an error."""
        _expect(self.make_store().load() is None, "an empty store must load None")

    def test_every_field_comes_back_as_it_was_saved(self) -> None:
        """Nothing is rounded, dropped or renamed."""
        store = self.make_store()
        store.save(FULL, keep_for_s=60)
        kept = store.load()
        _expect(kept is not None and kept.sighting == FULL, f"saved {FULL}, loaded {kept}")

    def test_the_last_one_saved_is_kept(self) -> None:
        """One sighting, not a history."""
        store = self.make_store()
        store.save(FULL, keep_for_s=60)
        later = Sighting(collected_at=2000.0, next_by=2001.0)
        store.save(later, keep_for_s=60)
        kept = store.load()
        _expect(kept is not None and kept.sighting == later, f"saved {later} last, loaded {kept}")

    def test_the_age_grows_from_zero(self) -> None:
        """By the store's clock, whatever the sighting says of its own time."""
        store = self.make_store()
        store.save(FULL, keep_for_s=60)
        kept = store.load()
        _expect(kept is not None and 0 <= kept.age_s < DEADLINE_S, f"a new sighting has the age {kept}")

        def older() -> bool:
            again = store.load()
            return again is not None and kept is not None and again.age_s > kept.age_s

        _wait_until(older, "the age must grow")

    def test_it_is_forgotten_after_its_time(self) -> None:
        """So that nothing stays for ever when the collector is taken away."""
        store = self.make_store()
        store.save(FULL, keep_for_s=0.05)
        _wait_until(lambda: store.load() is None, "a sighting kept for 0.05 s must be forgotten")


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)


def _wait_until(holds: Callable[[], bool], sentence: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        _expect(time.monotonic() < deadline, f"{sentence} (waited {DEADLINE_S:g} s)")
        time.sleep(0.01)
