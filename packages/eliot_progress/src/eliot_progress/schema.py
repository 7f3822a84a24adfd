"""The message convention as JSON Schema (draft 2020-12), derived from `messages.TaskState`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eliot_progress.messages import FIELDS, HEARTBEAT, PROGRESS, VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Fields that are not in TaskState: the action's id is in task_uuid and task_level.
_ENVELOPE: dict[str, Mapping[str, object]] = {
    "message_type": {"enum": [PROGRESS, HEARTBEAT]},
    "task_uuid": {"type": "string", "minLength": 1},
    "task_level": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
    "timestamp": {"type": "number"},
    "v": {"const": VERSION},
}


def schema() -> dict[str, object]:
    """Return the schema of a `progress` or `heartbeat` message. Readers skip unknown fields."""
    own = {field.key or name: dict(field.schema) for name, field in FIELDS.items()}
    properties = {**_ENVELOPE, **own}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "eliot_progress message, version 1",
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
    }
