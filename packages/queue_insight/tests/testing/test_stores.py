from __future__ import annotations

from dataclasses import replace

import pytest

from queue_insight.stores.memory import MemoryStore
from queue_insight.testing import stores
from queue_insight.testing.stores import StoreConformance


class Forgetful(MemoryStore):
    def read(self, parts):
        return None


class Lossy(MemoryStore):
    def write(self, changes, **options):
        super().write(replace(changes, records={}), **options)


class Unfenced(MemoryStore):
    def write(self, changes, *, token, **options):
        super().write(changes, token=self._lease.token, **options)


class Everlasting(MemoryStore):
    def task_ids(self, **options):
        self._expires_at = float("inf")
        return super().task_ids(**options)


class Whole(MemoryStore):
    def write(self, changes, **options):
        super().write(replace(changes, replace=True), **options)


class Shared(MemoryStore):
    def acquire(self, holder, *, lease_s):
        self._leased_until = 0.0
        return super().acquire(holder, lease_s=lease_s)


def failures(store_class):
    found = []
    for name in [name for name in dir(StoreConformance) if name.startswith("test_")]:
        suite, store = StoreConformance(), store_class()
        suite.make_store = lambda store=store: store
        try:
            getattr(suite, name)()
        except AssertionError:
            found.append(name)
    return found


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(stores, "DEADLINE_S", 0.3)


@pytest.mark.parametrize(
    ("broken", "caught_by"),
    [
        (Forgetful, "test_every_field_is_loaded_as_saved"),
        (Lossy, "test_every_field_is_loaded_as_saved"),
        (Whole, "test_a_change_leaves_everything_else"),
        (Everlasting, "test_everything_expires"),
        (Unfenced, "test_a_lease_that_has_expired_goes_to_another_one"),
        (Shared, "test_one_holder_has_the_lease"),
    ],
)
def test_a_planted_bug_is_caught(broken, caught_by):
    assert caught_by in failures(broken)


def test_a_suite_without_a_store_says_so():
    with pytest.raises(NotImplementedError):
        StoreConformance().test_an_empty_store_has_nothing()
