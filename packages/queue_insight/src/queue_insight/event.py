"""One event of Celery, and its decoding. Pure.

Nearly all events are as they should be: these are decoded and checked by one typed decoder. Of an event with
an odd field, the other fields count; it is read field by field.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct

from queue_insight.collector_state import Count, Interval, Time  # noqa: TC001 - msgspec reads them
from queue_insight.fields import HEARTBEAT_INTERVAL, MAX_NAME, Fields

if TYPE_CHECKING:
    from collections.abc import Iterable

SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
RETRIED: Final = "retried"
OUTCOMES: Final = {
    "task-succeeded": SUCCEEDED,
    "task-failed": FAILED,
    "task-revoked": "revoked",
    "task-rejected": "rejected",
    "task-retried": RETRIED,
}
TASK_EVENTS: Final = frozenset({"task-received", "task-started", *OUTCOMES})
WORKER_EVENTS: Final = frozenset({"worker-online", "worker-heartbeat", "worker-offline"})

Name = Annotated[str, Meta(max_length=MAX_NAME)]


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """What the collector uses of an event; None or an empty text when it has no such field."""

    type: Name = ""
    hostname: Name | None = None
    uuid: Name | None = None
    name: Name | None = None
    queue: Name | None = None
    args: str | None = None
    kwargs: str | None = None
    eta: str | None = None
    expires: str | None = None
    retries: Count | None = None
    exception: str | None = None
    traceback: str | None = None
    pid: Count | None = None
    #: The sender's logical clock.
    clock: Count | None = None
    #: Epoch seconds by the sender's clock.
    timestamp: Time | None = None
    #: Seconds between two heartbeats.
    freq: Interval | None = None
    active: Count | None = None
    processed: Count | None = None


class Events(NamedTuple):
    """The events of one message."""

    events: list[Event]
    #: How many events, or fields of them, could not be understood.
    malformed: int = 0


MALFORMED: Final = Events([], 1)
_decode = msgspec.json.Decoder(Event | list[Event]).decode
#: How JSON writes the character that no database stores in a text.
_NUL: Final = b"\\u0000"


def decode(body: bytes) -> Events:
    """Return the events of a message's body, which is JSON: one event or a list of them."""
    if _NUL not in body:
        try:
            decoded = _decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        else:
            return Events(decoded if isinstance(decoded, list) else [decoded])
    try:
        return read(json.loads(body))
    except (ValueError, RecursionError):
        return MALFORMED


def read(body: object) -> Events:
    """Return the events of a message's body, which has been decoded: one event or a list of them."""
    return _read(body if isinstance(body, list) else [body])


def _read(documents: Iterable[object]) -> Events:
    events = []
    malformed = 0
    for document in documents:
        if not isinstance(document, dict):
            malformed += 1
            continue
        fields = Fields(document)
        events.append(
            Event(
                type=fields.name("type"),
                hostname=fields.name("hostname"),
                uuid=fields.name("uuid"),
                name=fields.name("name"),
                queue=fields.name("queue"),
                args=fields.summary("args"),
                kwargs=fields.summary("kwargs"),
                eta=fields.name("eta"),
                expires=fields.name("expires"),
                retries=fields.count("retries"),
                exception=fields.summary("exception"),
                traceback=fields.text("traceback"),
                pid=fields.count("pid"),
                clock=fields.count("clock"),
                timestamp=fields.time("timestamp"),
                freq=fields.number("freq", least=HEARTBEAT_INTERVAL[0], most=HEARTBEAT_INTERVAL[1]),
                active=fields.count("active"),
                processed=fields.count("processed"),
            )
        )
        malformed += fields.malformed
    return Events(events, malformed)
