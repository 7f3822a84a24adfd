"""The state that the collector saves for its readers, and its encoding.

All times are seconds since the epoch by the collector's clock, so they compare only with one another.
Decoding checks every type and range, so a reader needs no further check.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from queue_insight.errors import CollectorStateUnreadableError
from queue_insight.fields import HEARTBEAT_INTERVAL, MAX_COUNT, MAX_TIME

VERSION = 3

Time = Annotated[float, Meta(ge=0, le=MAX_TIME)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Interval = Annotated[float, Meta(ge=HEARTBEAT_INTERVAL[0], le=HEARTBEAT_INTERVAL[1])]
Offset = Annotated[float, Meta(ge=-MAX_TIME, le=MAX_TIME)]


class ObservedWorker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A worker as its events and its inspection replies describe it."""

    name: str
    last_seen_at: Time
    #: Seconds between two heartbeats, as the worker reports it.
    heartbeat_interval_s: Interval = 2.0
    pid: Count | None = None
    offline: bool = False
    queues: tuple[str, ...] | None = None
    slots: Count | None = None
    active: Count = 0
    #: Whether it has sent an event of a task.
    sends_events: bool = False
    #: Tasks that it started, by its own count, since it was first seen.
    starts: Count = 0
    #: Those of them whose event did not arrive.
    missed_starts: Count = 0
    #: Seconds by which the collector's clock is ahead of the worker's; None when not known.
    clock_offset_s: Offset | None = None


class ObservedTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task that was sent, or that a worker has received."""

    id: str
    name: str = ""
    queue: str = ""
    args_summary: str = ""
    worker: str = ""
    #: Process id of the worker. A new process under the same name is a different worker.
    pid: Count | None = None
    sent_at: Time | None = None
    received_at: Time | None = None
    started_at: Time | None = None
    #: Earliest start.
    eta: Time | None = None
    #: When an event or a reply last said that the worker has it.
    observed_at: Time = 0.0
    #: The worker's logical clock in its latest event of this task.
    clock: Count | None = None
    #: When its worker was found to be gone, shut down or replaced.
    ended_at: Time | None = None
    #: Whether all that the worker sent up to its end arrived, so that the task certainly did not finish.
    proven: bool = False


class ObservedOutcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How and when a task finished."""

    id: str
    outcome: str
    at: Time


class CollectorState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything the collector knows at one moment."""

    collected_at: Time
    next_by: Time
    #: When the current connection to the broker began; None while disconnected.
    connected_since: Time | None = None
    #: Events received since the collector started.
    events: Count = 0
    #: Those of them with a field of the wrong type or out of range.
    malformed: Count = 0
    #: Tasks dropped to keep memory bounded.
    evicted: Count = 0
    workers: tuple[ObservedWorker, ...] = ()
    tasks: tuple[ObservedTask, ...] = ()
    finished: tuple[ObservedOutcome, ...] = ()
    #: Send times of the oldest tasks that no worker has received, by task id.
    sent: dict[str, Time] = msgspec.field(default_factory=dict)
    #: Names of all queues that events and workers mentioned.
    queues: tuple[str, ...] = ()
    #: Mean run time in seconds of the most recent tasks, by queue.
    runtimes: dict[str, Time] = msgspec.field(default_factory=dict)


class _Versioned(Struct):
    v: int


class _Document(Struct):
    v: int
    state: CollectorState


_decode_version = msgspec.json.Decoder(_Versioned).decode
_decode = msgspec.json.Decoder(_Document).decode
_encode = msgspec.json.Encoder().encode


def encode(state: CollectorState) -> bytes:
    """Return the state as JSON."""
    return _encode(_Document(v=VERSION, state=state))


def decode(document: bytes) -> CollectorState:
    """Return the state that `encode` wrote.

    Raises:
        CollectorStateUnreadableError: the document is not JSON, another version wrote it, or a value in it
            has the wrong type or is out of range.
    """
    try:
        version = _decode_version(document).v
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise CollectorStateUnreadableError(f"not a collector state ({error})") from error
    if version != VERSION:
        raise CollectorStateUnreadableError(f"it has version {version!r}, this is version {VERSION}")
    try:
        return _decode(document).state
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise CollectorStateUnreadableError(f"its fields differ ({error})") from error
