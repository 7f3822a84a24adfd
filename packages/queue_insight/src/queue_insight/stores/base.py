"""The interface of a store, where the collector saves its state for all readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from queue_insight.collector_state import CollectorState


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """A collector state and its age."""

    state: CollectorState
    #: Seconds since it was saved, by the store's clock, since the clocks of reader and collector may differ.
    age_s: float


class Store(Protocol):
    """Stores the last collector state.

    An implementation passes `queue_insight.testing.stores.StoreConformance`.
    """

    def save(self, state: CollectorState, *, retention_s: float) -> None:
        """Replace the stored state; delete it after `retention_s` seconds.

        Raises:
            StoreUnreachableError: the store did not respond.
        """
        ...

    def load(self) -> StoredState | None:
        """Return the last state, or None when none was saved or it has expired.

        Raises:
            StoreUnreachableError: the store did not respond.
            CollectorStateUnreadableError: another version wrote it.
        """
        ...
