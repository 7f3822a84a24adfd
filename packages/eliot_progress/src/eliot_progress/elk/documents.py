"""A message as a document: a few typed fields, named as ECS names them, and the author's own under one.

One field for what is the author's keeps any number of names and types from breaking the index. `filebeat.js`
makes the same documents, which a test compares; when an action began that ends, it does not know.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha1
from typing import TYPE_CHECKING
from uuid import UUID

from eliot_progress import ids, sanitise
from eliot_progress.messages import Report, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX = "logs-eliot-default"
ECS = "8.17.0"
#: Deeper values, and the rest of longer texts, are not searchable: an index refuses documents with them.
DEPTH = 8
TEXT_LIMIT = 8_000

_OUTCOMES = {"succeeded": "success", "failed": "failure", "cancelled": "unknown"}
#: Fields that have a place of their own in the document.
_ENVELOPE = frozenset(
    {"task_uuid", "task_level", "timestamp", "message_type", "action_type", "action_status", "exception"}
    | {"reason", "v"}
)
_LOG = frozenset({"logger", "level", "message"})
#: Fields of a report that are indexed as they are; times and the rest are below.
PROGRESS_NUMBERS = ("done", "total", "rate", "grace_s")
PROGRESS_TEXTS = ("description", "about", "by", "unit", "step", "note")
PROGRESS_TIMES = ("started_at", "beat_at", "advanced_at", "next_by")


def document_id(message: Mapping[str, object]) -> str:
    """The document's id: the same for the same message, whoever sends it and however often.

    The SHA-1 of task and place in the form that Filebeat's fingerprint processor gives it.
    """
    return sha1(f"|eliot.id|{_place(message)}|".encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def document(message: Mapping[str, object], began_at: float | None = None) -> dict[str, object]:
    """The document of an eliot message, as `reading.decode` gives it. Never raises.

    `began_at` says when the action began that it ends, in seconds since 1970, for who knows it.
    """
    status = sanitise.text(message.get("action_status") or "")
    kind = sanitise.text(message.get("message_type") or "")
    found: dict[str, object] = {
        "@timestamp": _time(message.get("timestamp")),
        "ecs": {"version": ECS},
        "event": {"kind": "event", "action": sanitise.text(message.get("action_type") or kind)},
        "eliot": {
            "id": _place(message),
            "task_uuid": sanitise.text(message.get("task_uuid", "")),
            "path": ids.encode_path(_level(message)),
            "parent": ids.encode_path(_level(message)[:-1]),
            "kind": status or kind,
        },
        **_trace(message),
        **_end(status, message, began_at),
    }
    report = parse(message)
    if report is not None:
        return {**found, **_progress(report)}
    own = _ENVELOPE | _LOG if kind == "log" else _ENVELOPE
    if kind == "log":
        found |= {"message": sanitise.text(message.get("message", ""), TEXT_LIMIT)}
        found["log"] = {name: sanitise.text(message.get(name, "")) for name in ("level", "logger")}
    data = {_key(key): _value(value, DEPTH) for key, value in message.items() if key not in own}
    return {**found, "data": data}


def _place(message: Mapping[str, object]) -> str:
    return f"{sanitise.text(message.get('task_uuid', ''))}@{ids.encode_path(_level(message))}"


def _level(message: Mapping[str, object]) -> ids.Level:
    level = message.get("task_level")
    return tuple(step for step in level if type(step) is int) if isinstance(level, list) else ()


def _time(seconds: object) -> str:
    """Milliseconds in ISO form. What is no time is the beginning of 1970, so that it is found."""
    moment = datetime.fromtimestamp(int(_within(seconds) * 1000) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _within(seconds: object) -> float:
    return min(max(sanitise.number(seconds) or 0, 0), 253402300799)


def _trace(message: Mapping[str, object]) -> dict[str, object]:
    try:
        return {"trace": {"id": UUID(str(message.get("task_uuid"))).hex}}
    except ValueError:
        return {}


def _end(status: str, message: Mapping[str, object], began_at: float | None) -> dict[str, object]:
    """What the end of an action adds."""
    if status not in _OUTCOMES:
        return {}
    event = {
        "kind": "event",
        "action": sanitise.text(message.get("action_type", "")),
        "outcome": _OUTCOMES[status],
        **_span(began_at, sanitise.number(message.get("timestamp"))),
    }
    if status != "failed":
        return {"event": event}
    error = {
        "type": sanitise.text(message.get("exception", "")),
        "message": sanitise.text(message.get("reason", ""), TEXT_LIMIT),
    }
    return {"event": event, "error": error}


def _span(began_at: float | None, ended_at: float | None) -> dict[str, object]:
    """From when to when, and how long in nanoseconds; not how long when the clock was set back meanwhile."""
    if began_at is None or ended_at is None:
        return {}
    span: dict[str, object] = {"start": _time(began_at), "end": _time(ended_at)}
    took = round((_within(ended_at) - _within(began_at)) * 1e9)
    return {**span, "duration": took} if 0 <= took < 2**63 else span


def _progress(report: Report) -> dict[str, object]:
    event: dict[str, object] = {"kind": "event", "action": report.action_type}
    if report.outcome is not None:
        event["outcome"] = _OUTCOMES[report.outcome]
    low, high = report.eta_s or (None, None)
    told = {
        **{name: getattr(report, name) for name in (*PROGRESS_NUMBERS, *PROGRESS_TEXTS)},
        **{name: _time(getattr(report, name)) for name in PROGRESS_TIMES},
        "seq": report.seq,
        "outcome": report.outcome,
        "reason": report.reason,
        "eta_low_s": low,
        "eta_high_s": high,
    }
    return {
        "event": event,
        "progress": {name: value for name, value in told.items() if value not in (None, "")},
        "host": {"name": report.host},
        "process": {"pid": report.pid},
    }


def _value(value: object, depth: int) -> object:
    if isinstance(value, str):
        return value[:TEXT_LIMIT]
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)[:TEXT_LIMIT]
    if isinstance(value, list):
        return [_value(inner, depth - 1) for inner in value]
    return {_key(key): _value(inner, depth - 1) for key, inner in value.items()}


def _key(key: object) -> str:
    """A name that an index accepts: never empty, without NUL and dots, bounded."""
    return str(key)[:200].replace("\x00", " ").replace(".", "_") or "_"
