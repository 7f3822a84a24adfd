from __future__ import annotations

import pytest

from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import TASK, sample
from eliot_progress.testing.stores import StoreConformance


class TestMemoryStore(StoreConformance):
    @pytest.fixture
    def store(self):
        return MemoryStore()


def test_the_tasks_that_reported_longest_ago_are_forgotten_first():
    store = MemoryStore(limit=2)
    for n in (2, 3, 2, 4):
        store.record(sample(n, level=(n,), about=f"app.Movie:{n}"))
    assert store.get(f"{TASK}@/3") is None
    assert store.latest("app.Movie:3") is None
    assert store.latest("app.Movie:2") is not None


def test_the_tasks_that_are_dropped_are_counted_and_reported_once(capsys):
    store = MemoryStore(limit=2)
    for n in range(2, 7):
        store.record(sample(n, level=(n,)))
    assert store.dropped == 3
    assert capsys.readouterr().err.count("the store in memory keeps 2 tasks") == 1
