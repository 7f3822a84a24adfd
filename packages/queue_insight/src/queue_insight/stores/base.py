"""Where the collector leaves its last sighting for all readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from queue_insight.sighting import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A sighting with its age."""

    sighting: Sighting
    #: Seconds since it was saved, by the store's clock: the reader's may differ from the collector's.
    age_s: float


class Store(Protocol):
    """Keeps one sighting, the last."""

    def save(self, sighting: Sighting, *, keep_for_s: float) -> None:
        """Keep this sighting instead of the one before; forget it after `keep_for_s` seconds.

        Raises:
            StoreUnreachableError: it did not answer.
        """
        ...

    def load(self) -> Kept | None:
        """Return the last sighting, or None when there is none (any more).

        Raises:
            StoreUnreachableError: it did not answer.
            SightingUnreadableError: written by another version.
        """
        ...
