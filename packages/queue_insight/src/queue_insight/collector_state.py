"""What the collector knows, as records that it stores one by one, and their encoding.

All times are seconds since the epoch by the collector's clock, so they compare only with one another.
Decoding checks every type and range, so a reader needs no further check.
A record is encoded as a JSON array without its fields' names, since thousands are written and read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from queue_insight.calibration import MAX_SCORE
from queue_insight.errors import CollectorStateUnreadableError
from queue_insight.fields import HEARTBEAT_INTERVAL, MAX_COUNT, MAX_TIME
from queue_insight.periods import Period, Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION: Final = 12

Time = Annotated[float, Meta(ge=0, le=MAX_TIME)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Interval = Annotated[float, Meta(ge=HEARTBEAT_INTERVAL[0], le=HEARTBEAT_INTERVAL[1])]
Offset = Annotated[float, Meta(ge=-MAX_TIME, le=MAX_TIME)]

Score = Annotated[float, Meta(ge=0, le=MAX_SCORE)]

_Record = TypeVar("_Record")


class Part(StrEnum):
    """A kind of record."""

    TASKS = "tasks"
    #: By worker, the ids of its tasks that have run longest.
    AT_WORKERS = "at_workers"
    WORKERS = "workers"
    FINISHED = "finished"
    SENT = "sent"
    QUEUES = "queues"
    RUN_TIMES = "run_times"
    REVOKED = "revoked"
    WAITING = "waiting"
    #: By queue, what came in and went out in each of the last minutes.
    RECENT = "recent"
    #: The periods of the history, and the names of its series.
    HISTORY = "history"
    SERIES = "series"
    #: By group, the failures of tasks.
    FAILURES = "failures"
    #: By queue, how well past drain estimates came true.
    SCORES = "scores"


#: Parts that outlive the collector: a write that replaces everything leaves them, and they are deleted only
#: when nothing was written for so long.
KEPT: Final = frozenset({Part.HISTORY, Part.SERIES, Part.FAILURES, Part.SCORES})
KEPT_S: Final = 731 * 86_400.0


class TaskCounts(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """How many tasks of one queue a worker has."""

    reserved: Count = 0
    running: Count = 0
    #: Those of the reserved ones that are not due.
    delayed: Count = 0


class TasksAtWorker(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """The tasks that one worker runs, or had when it ended."""

    #: Ids of those that began first, as many as the list of workers shows.
    longest: tuple[str, ...] = ()
    #: How many it had when it ended.
    ended: Count = 0


class SentTasks(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """The due tasks that senders' events put into one queue, and that no worker has received."""

    count: Count
    #: How many there are of each name.
    names: dict[str, Count]
    #: When the oldest was sent.
    oldest_at: Time
    #: One task in so many is counted.
    one_in: Annotated[int, Meta(ge=1, le=MAX_COUNT)] = 1
    #: When the first of each twentieth was sent, and the last of all.
    marks: tuple[Time, ...] = ()


class SentTask(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """A task as its sender noted it. An empty text stands for "not known"."""

    id: str
    name: str
    queue: str
    #: By the sender's clock.
    sent_at: Time
    #: When it is due, in ISO 8601.
    eta: str = ""
    root_id: str = ""
    causal_id: str = ""


class Worker(Struct, kw_only=True, array_like=True, forbid_unknown_fields=True):
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
    #: By queue, the tasks that it has; those of which no queue is known under an empty name.
    task_counts: dict[str, TaskCounts] = msgspec.field(default_factory=dict)
    #: By the name of a task, how often the worker may start it, as "10/m".
    rate_limits: dict[str, str] = msgspec.field(default_factory=dict)
    #: Whether its pool is the solo pool: while it runs a task it sends nothing, not even that it has started.
    is_solo: bool = False


class ObservedWorker(Worker, frozen=True):  # type: ignore[misc] # msgspec allows it
    """A worker as readers get it."""


class Task(Struct, kw_only=True, array_like=True, forbid_unknown_fields=True):
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
    #: Until when it may start; a worker discards it later.
    expires: Time | None = None
    #: How often it was retried before.
    retries: Count = 0


class ObservedTask(Task, frozen=True):  # type: ignore[misc] # msgspec allows it
    """A task as readers get it."""


class ObservedOutcome(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """How and when a task finished."""

    id: str
    outcome: str
    at: Time
    worker: str = ""
    #: The exception, as text, of a task that failed.
    error: str = ""
    #: The name of the task; empty when it is not known.
    name: str = ""


class ObservedFailures(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """The failures by one type of exception at one place. An empty text stands for "not known"."""

    #: The full name of the exception's class.
    exception: str = ""
    #: The innermost frame of the project's own code, or if there is none, of any.
    file: str = ""
    function: str = ""
    is_own: bool = False
    count: Count
    first_at: Time
    last_at: Time
    #: Of the last one: the line, the task, its worker, and the exception as text.
    line: Count | None = None
    task_id: str = ""
    name: str = ""
    worker: str = ""
    message: str = ""
    #: The causal id of that task.
    causal_id: str = ""


class CollectorHeader(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the state was saved, and what was counted."""

    collected_at: Time
    next_by: Time
    #: When the current connection to the broker began; None while disconnected.
    connected_since: Time | None = None
    #: Events received since the collector started.
    events: Count = 0
    #: Those of them with a field of the wrong type or out of range.
    malformed: Count = 0
    #: Tasks of workers dropped to keep memory bounded.
    evicted: Count = 0
    #: Sent tasks that were left out of queues of which only an even share is kept.
    sent_left_out: Count = 0
    #: Messages with events that were dropped because they arrived faster than they were decoded.
    dropped: Count = 0
    #: How often the connection to the broker was lost since the collector started.
    reconnects: Count = 0
    #: Number of workers that ended and are no longer kept.
    former_workers: Count = 0
    #: Ids of the tasks that have run longest, and of those that ended with their worker last: as many as an
    #: overview names.
    longest: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    #: Number of tasks that ended with their worker, and of those of them that certainly did not finish.
    ended_tasks: Count = 0
    lost_tasks: Count = 0
    #: Queues and task names whose history was dropped to keep it bounded.
    evicted_series: Count = 0
    #: Groups of failures that were dropped to keep them bounded.
    evicted_failures: Count = 0


class CollectorState(CollectorHeader, frozen=True):
    """Everything the collector knows at one moment, or the part of it that a reader asked for."""

    workers: tuple[ObservedWorker, ...] = ()
    tasks: tuple[ObservedTask, ...] = ()
    finished: tuple[ObservedOutcome, ...] = ()
    #: Send times of the oldest tasks that no worker has received, by task id.
    sent: dict[str, Time] = msgspec.field(default_factory=dict)
    #: By queue that events and workers mentioned, how many tasks of each name arrive a second; None when no
    #: sender's event named the queue.
    queues: dict[str, dict[str, Time] | None] = msgspec.field(default_factory=dict)
    #: By name, the last run times of successful tasks in seconds, oldest first.
    run_times: dict[str, tuple[Time, ...]] = msgspec.field(default_factory=dict)
    #: Ids of revoked tasks, with the time when a worker first said so.
    revoked: dict[str, Time] = msgspec.field(default_factory=dict)
    #: By queue, what waits according to senders; only for brokers that show no messages.
    waiting: dict[str, SentTasks] = msgspec.field(default_factory=dict)
    #: By queue, what came in and went out in each of the last minutes.
    recent: dict[str, Recent] = msgspec.field(default_factory=dict)
    #: By queue, by how much the range of past drain estimates would have had to be widened, oldest first.
    scores: dict[str, tuple[Score, ...]] = msgspec.field(default_factory=dict)


class _Versioned(Struct):
    v: int


class _Document(Struct):
    v: int
    header: CollectorHeader


encode = msgspec.json.Encoder().encode
_decode_version = msgspec.json.Decoder(_Versioned).decode
_decode_header = msgspec.json.Decoder(_Document).decode
_UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)


def encode_header(header: CollectorHeader) -> bytes:
    """Return the header and the version as JSON."""
    plain = CollectorHeader(**{name: getattr(header, name) for name in CollectorHeader.__struct_fields__})
    return encode(_Document(v=VERSION, header=plain))


def decode_header(document: bytes) -> CollectorHeader:
    """Return the header that `encode_header` wrote.

    Raises:
        CollectorStateUnreadableError: the document is not JSON, another version wrote it, or a value in it
            has the wrong type or is out of range.
    """
    try:
        version = _decode_version(document).v
    except _UNREADABLE as error:
        raise CollectorStateUnreadableError(f"not a collector state ({error})") from error
    if version != VERSION:
        raise CollectorStateUnreadableError(f"it has version {version!r}, this is version {VERSION}")
    try:
        return _decode_header(document).header
    except _UNREADABLE as error:
        raise CollectorStateUnreadableError(f"its fields differ ({error})") from error


_decoders: dict[Part, msgspec.json.Decoder[object]] = {
    Part.TASKS: msgspec.json.Decoder(ObservedTask),
    Part.AT_WORKERS: msgspec.json.Decoder(TasksAtWorker),
    Part.WORKERS: msgspec.json.Decoder(ObservedWorker),
    Part.FINISHED: msgspec.json.Decoder(ObservedOutcome),
    Part.SENT: msgspec.json.Decoder(Time),
    Part.QUEUES: msgspec.json.Decoder(dict[str, Time] | None),
    Part.RUN_TIMES: msgspec.json.Decoder(tuple[Time, ...]),
    Part.REVOKED: msgspec.json.Decoder(Time),
    Part.WAITING: msgspec.json.Decoder(SentTasks),
    Part.RECENT: msgspec.json.Decoder(Recent),
    Part.HISTORY: msgspec.json.Decoder(Period),
    Part.SERIES: msgspec.json.Decoder(dict[str, Time]),
    Part.FAILURES: msgspec.json.Decoder(ObservedFailures),
    Part.SCORES: msgspec.json.Decoder(tuple[Score, ...]),
}


_decode_sent = msgspec.json.Decoder(SentTask).decode


def decode_sent(documents: Mapping[str, bytes]) -> dict[str, SentTask]:
    """Return what senders noted, without what breaks a rule of its type."""
    return _decoded(documents, _decode_sent)


def decode_records(part: Part, documents: Mapping[str, bytes]) -> dict[str, object]:
    """Return the records that `encode` wrote, without those that break a rule of their type."""
    return _decoded(documents, _decoders[part].decode)


def _decoded(documents: Mapping[str, bytes], decode: Callable[[bytes], _Record]) -> dict[str, _Record]:
    records = {}
    for key, document in documents.items():
        try:
            records[key] = decode(document)
        except _UNREADABLE:
            continue
    return records
