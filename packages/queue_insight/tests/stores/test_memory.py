from __future__ import annotations

from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.stores import FULL, StoreConformance


class TestMemoryStore(StoreConformance):
    def make_store(self):
        return MemoryStore()


def test_age_and_expiry_follow_the_clock_passed_in():
    now = [100.0]
    store = MemoryStore(clock=lambda: now[0])
    store.save(FULL, retention_s=10)
    now[0] = 109.0
    assert store.load().age_s == 9.0
    now[0] = 110.0
    assert store.load() is None
