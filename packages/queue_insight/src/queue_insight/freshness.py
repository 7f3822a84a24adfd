"""How old figures are, as values and in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from queue_insight.reasons import instant

if TYPE_CHECKING:
    from datetime import datetime

    from queue_insight.reasons import Reason

#: The codes of the notes that the broker, and the collector's state, could not be read.
BROKER_UNREAD: Final = "queues_unknown"
STATE_UNREAD: Final = "workers_unknown"
#: The codes of the notes that say why figures of the collector are not current.
OUTDATED: Final = frozenset(
    {STATE_UNREAD, "no_store", "no_collector", "collector_silent", "collector_disconnected"}
)


class Source(StrEnum):
    """Where figures come from."""

    #: Depths, waits and waiting tasks.
    BROKER = "broker"
    #: Workers, the tasks that they have, and counts of these.
    COLLECTOR = "collector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old figures of one source are."""

    source: Source
    #: When they were true; None when they are not known at all.
    as_of: datetime | None = None
    age_s: float | None = None
    #: Whether they are as new as they should be: the broker was read, or the collector saves on time.
    is_current: bool = False
    #: Since when the source can't be read, as far as this was tried; None when it was read.
    unread_since: datetime | None = None
    #: Why they are not current; None when they are, or when that is not known.
    why: Reason | None = None


def in_words(freshness: Freshness) -> str:
    """Return how old the figures are in a sentence, with instants in ISO 8601."""
    return _OF[freshness.source](freshness)


def _of_broker(freshness: Freshness) -> str:
    if freshness.is_current and freshness.as_of is not None:
        return f"Broker read at {instant(freshness.as_of)}."
    failure = f"The broker could not be read{_since(freshness)}"
    if freshness.as_of is None:
        return f"{failure}."
    return f"{failure}; queues and waiting tasks are as of {instant(freshness.as_of)}."


def _of_collector(freshness: Freshness) -> str:
    if freshness.as_of is None:
        return "Workers and running tasks are not known."
    words = f"Workers and running tasks as of {instant(freshness.as_of)}"
    if freshness.is_current:
        return f"{words}."
    if freshness.unread_since is None:
        return f"{words}, not current."
    return f"{words}, not current: the collector's state could not be read{_since(freshness)}."


def _since(freshness: Freshness) -> str:
    return "" if freshness.unread_since is None else f" since {instant(freshness.unread_since)}"


_OF: Final = {Source.BROKER: _of_broker, Source.COLLECTOR: _of_collector}
