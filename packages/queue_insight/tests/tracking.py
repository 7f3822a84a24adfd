"""A tracker whose state is read back from a store, into which each call writes what has changed."""

from __future__ import annotations

from msgspec.structs import replace

from queue_insight import event
from queue_insight.events import EventTracker
from queue_insight.stored_state import load, load_all_tasks
from queue_insight.stores.memory import MemoryStore


class StoredTracker(EventTracker):
    """Shows what a reader sees."""

    def __init__(self, **limits):
        super().__init__(**limits)
        self.store = MemoryStore()
        self.token = self.store.acquire("test", lease_s=60.0).token
        self._written = False

    def apply(self, document, now):
        super().apply(event.read(document), now)

    def state(self, now, *, next_by):
        changes = self.take_changes(now, next_by=next_by, replace=not self._written)
        self._written = True
        self.store.write(changes, token=self.token, lease_s=60.0, retention_s=60.0)
        stored = load(self.store)
        assert not stored.unreadable
        return replace(stored.state, tasks=load_all_tasks(self.store))
