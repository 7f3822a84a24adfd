"""The message convention as JSON Schema (draft 2020-12), derived from `messages.Report`."""

from __future__ import annotations

from dataclasses import fields

from eliot_progress.messages import HEARTBEAT, OUTCOMES, PROGRESS, VERSION, Report

_TEXT: dict[str, object] = {"type": "string", "maxLength": 200}
_TIME: dict[str, object] = {"type": "number", "description": "Seconds since 1970 by the sender's clock."}
_MAYBE: dict[str, object] = {"type": ["number", "null"]}

_FIELDS: dict[str, dict[str, object]] = {
    "seq": {"type": "integer", "minimum": 1, "description": "Grows with every message of the action."},
    "description": _TEXT,
    "about": {**_TEXT, "description": "What the work is about, as app.Model:pk."},
    "by": {**_TEXT, "description": "Who requested the work."},
    "done": {"type": "number"},
    "total": {**_MAYBE, "minimum": 0, "description": "null while unknown; may change."},
    "unit": _TEXT,
    "step": _TEXT,
    "note": _TEXT,
    "rate": {**_MAYBE, "description": "Units per second."},
    "eta_s": {
        "type": ["array", "null"],
        "items": {"type": "number", "minimum": 0},
        "minItems": 2,
        "maxItems": 2,
        "description": "The likely range of seconds left.",
    },
    "started_at": _TIME,
    "beat_at": {**_TIME, "description": "When the process last sent a message."},
    "advanced_at": {**_TIME, "description": "When `done` last changed."},
    "next_by": {**_TIME, "description": "Another message is promised by then."},
    "grace_s": {
        "type": "number",
        "minimum": 0,
        "description": "Seconds after next_by until the work counts as stalled.",
    },
    "pid": {"type": "integer", "minimum": 0},
    "host": _TEXT,
    "outcome": {"enum": [*OUTCOMES, None], "description": "Set on the last message of the action only."},
    "reason": _TEXT,
}
#: Fields with another shape in the message: the action's id is in task_uuid and task_level, its type is `of`.
_ENVELOPE: dict[str, dict[str, object]] = {
    "message_type": {"enum": [PROGRESS, HEARTBEAT]},
    "task_uuid": {"type": "string", "minLength": 1},
    "task_level": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
    "timestamp": {"type": "number"},
    "v": {"const": VERSION},
    "of": {**_TEXT, "description": "The action_type of the reported action."},
}


def schema() -> dict[str, object]:
    """Return the schema of a `progress` or `heartbeat` message. Readers skip unknown fields."""
    own = {field.name: _FIELDS[field.name] for field in fields(Report) if field.name in _FIELDS}
    properties = {**_ENVELOPE, **own}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "eliot_progress message, version 1",
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
    }
