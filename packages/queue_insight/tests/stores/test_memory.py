from __future__ import annotations

import pytest

from queue_insight.stored_state import load
from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.states import FULL, save
from queue_insight.testing.stores import StoreConformance


class TestMemoryStore(StoreConformance):
    @pytest.fixture(autouse=True)
    def empty(self):
        self.store = MemoryStore()

    def make_store(self):
        return self.store


def test_age_and_expiry_follow_the_clock_passed_in():
    now = [100.0]
    store = MemoryStore(clock=lambda: now[0])
    save(store, FULL, retention_s=10)
    now[0] = 109.0
    assert load(store).age_s == 9.0
    now[0] = 110.0
    assert load(store) is None
    assert store.task_ids(limit=1) == []
