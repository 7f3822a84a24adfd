from __future__ import annotations

import pytest

from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.stores import StoreConformance


class Empty(MemoryStore):
    def load(self):
        return None


class Lossy(MemoryStore):
    def save(self, state, *, retention_s):
        super().save(type(state)(collected_at=0.0, next_by=0.0), retention_s=retention_s)


@pytest.mark.parametrize("broken", [Empty, Lossy])
def test_a_store_that_loses_fields_is_caught(broken):
    suite = StoreConformance()
    suite.make_store = broken
    with pytest.raises(AssertionError, match="saved"):
        suite.test_every_field_is_loaded_as_saved()


def test_a_suite_without_a_store_says_so():
    with pytest.raises(NotImplementedError):
        StoreConformance().test_an_empty_store_loads_none()
