"""The state that the collector saves for its readers, and its encoding.

All times are seconds since the epoch by the collector's clock, so they compare only with one another.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from queue_insight.errors import CollectorStateUnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedWorker:
    """A worker as its events and its inspection replies describe it."""

    name: str
    last_seen_at: float
    #: Seconds between two heartbeats, as the worker reports it.
    heartbeat_interval_s: float = 2.0
    pid: int | None = None
    offline: bool = False
    queues: tuple[str, ...] | None = None
    slots: int | None = None
    active: int = 0
    #: Tasks that it started since it was first seen without sending an event for any of them.
    unreported_tasks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedTask:
    """A task that was sent, or that a worker has received."""

    id: str
    name: str = ""
    queue: str = ""
    args_summary: str = ""
    worker: str = ""
    #: Process id of the worker. A new process under the same name is a different worker.
    pid: int | None = None
    #: When another process was found to use the worker's name.
    lost_at: float | None = None
    sent_at: float | None = None
    received_at: float | None = None
    started_at: float | None = None
    #: ISO 8601, as Celery writes it.
    eta: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedOutcome:
    """How and when a task finished."""

    id: str
    outcome: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorState:
    """Everything the collector knows at one moment."""

    collected_at: float
    next_by: float
    #: When the current connection to the broker began; None while disconnected.
    connected_since: float | None = None
    #: Events received since the collector started.
    events: int = 0
    #: Tasks dropped to keep memory bounded.
    evicted: int = 0
    workers: tuple[ObservedWorker, ...] = ()
    tasks: tuple[ObservedTask, ...] = ()
    finished: tuple[ObservedOutcome, ...] = ()
    #: Send times of the oldest tasks that no worker has received, by task id.
    sent: Mapping[str, float] = field(default_factory=dict)
    #: Names of all queues that events and workers mentioned.
    queues: tuple[str, ...] = ()
    #: Mean run time in seconds of the most recent tasks, by queue.
    runtimes: Mapping[str, float] = field(default_factory=dict)


def encode(state: CollectorState) -> bytes:
    """Return the state as JSON."""
    return json.dumps({"v": VERSION, **asdict(state)}, separators=(",", ":")).encode()


def decode(document: bytes) -> CollectorState:
    """Return the state that `encode` wrote.

    Raises:
        CollectorStateUnreadableError: the document is not JSON, or another version wrote it.
    """
    try:
        fields = json.loads(document)
        version = fields.pop("v")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CollectorStateUnreadableError(f"not a collector state ({error})") from error
    if version != VERSION:
        raise CollectorStateUnreadableError(f"it has version {version!r}, this is version {VERSION}")
    try:
        workers = tuple(
            ObservedWorker(**{**each, "queues": None if each["queues"] is None else tuple(each["queues"])})
            for each in fields.pop("workers")
        )
        tasks = tuple(ObservedTask(**each) for each in fields.pop("tasks"))
        finished = tuple(ObservedOutcome(**each) for each in fields.pop("finished"))
        queues = tuple(fields.pop("queues"))
        return CollectorState(workers=workers, tasks=tasks, finished=finished, queues=queues, **fields)
    except (KeyError, TypeError) as error:
        raise CollectorStateUnreadableError(f"its fields differ ({error})") from error
