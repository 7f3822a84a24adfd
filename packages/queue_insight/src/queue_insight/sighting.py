"""A sighting: what the collector knows at one moment, in the form in which a store keeps it.

Times are seconds since the epoch by the collector's clock, so they compare with one another only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from queue_insight.errors import SightingUnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWorker:
    """A worker as its events and its answers describe it."""

    name: str
    seen_at: float
    #: Seconds between two of its heartbeats, as it says itself.
    every_s: float = 2.0
    pid: int | None = None
    offline: bool = False
    queues: tuple[str, ...] | None = None
    slots: int | None = None
    active: int = 0
    #: Tasks that it says it has begun since it was first heard, when it sent no event of any.
    untold_tasks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTask:
    """A task that a worker has taken."""

    id: str
    name: str = ""
    queue: str = ""
    args_summary: str = ""
    worker: str = ""
    #: The worker's process: a new process of the same name is another worker.
    pid: int | None = None
    #: When another process was seen to have taken the worker's name.
    lost_at: float | None = None
    sent_at: float | None = None
    received_at: float | None = None
    started_at: float | None = None
    #: ISO 8601, as Celery writes it.
    eta: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEnd:
    """The end of a task."""

    id: str
    outcome: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """All that the collector knows."""

    collected_at: float
    next_by: float
    #: When the collector last began to hear the broker; None while it does not.
    listening_since: float | None = None
    #: Events heard since the collector started.
    events: int = 0
    #: Tasks dropped to keep memory bounded.
    evicted: int = 0
    workers: tuple[SeenWorker, ...] = ()
    tasks: tuple[SeenTask, ...] = ()
    ended: tuple[SeenEnd, ...] = ()
    #: Time of sending of the oldest tasks of each queue that no worker has taken.
    sent: Mapping[str, float] = field(default_factory=dict)
    #: Queues that were heard of.
    queues: tuple[str, ...] = ()
    #: Mean run time in seconds of the last tasks of each queue.
    runtimes: Mapping[str, float] = field(default_factory=dict)


def encode(sighting: Sighting) -> bytes:
    """Return the sighting as JSON."""
    return json.dumps({"v": VERSION, **asdict(sighting)}, separators=(",", ":")).encode()


def decode(document: bytes) -> Sighting:
    """Return the sighting that `encode` wrote.

    Raises:
        SightingUnreadableError: not JSON, or written by another version.
    """
    try:
        fields = json.loads(document)
        version = fields.pop("v")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise SightingUnreadableError(f"not a sighting ({error})") from error
    if version != VERSION:
        raise SightingUnreadableError(f"it has version {version!r}, this is version {VERSION}")
    try:
        workers = tuple(
            SeenWorker(**{**each, "queues": None if each["queues"] is None else tuple(each["queues"])})
            for each in fields.pop("workers")
        )
        tasks = tuple(SeenTask(**each) for each in fields.pop("tasks"))
        ended = tuple(SeenEnd(**each) for each in fields.pop("ended"))
        queues = tuple(fields.pop("queues"))
        return Sighting(workers=workers, tasks=tasks, ended=ended, queues=queues, **fields)
    except (KeyError, TypeError) as error:
        raise SightingUnreadableError(f"its fields differ ({error})") from error
