"""Encodes a message as one line of JSON, whatever its fields hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import orjson

from eliot_progress import interruptions
from eliot_progress.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Bytes of a line; a longer one is reduced to its envelope, so that no field can fill the disk.
LINE_LIMIT = 1 << 20
#: The fields that a reduced line keeps.
_ENVELOPE = ("task_uuid", "task_level", "timestamp", "message_type", "action_type", "action_status")
_ANY_KEYS = orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE


def encode(message: Mapping[str, object]) -> bytes:
    """Return the message as one line of JSON, with its newline. Never raises.

    Values that JSON can't represent are written as text.
    """
    try:
        line = orjson.dumps(message, plain, orjson.OPT_APPEND_NEWLINE)
    except (TypeError, ValueError, RecursionError):
        line = _unusual(message)
    if len(line) > LINE_LIMIT:
        kept = {key: _plain(message[key]) for key in _ENVELOPE if key in message}
        line = json.dumps({**kept, "cut_bytes": len(line)}).encode() + b"\n"
    return line


def _unusual(message: Mapping[str, object]) -> bytes:
    """Encode slowly: keys that are not text; then lone surrogates, integers beyond 64 bits, cycles."""
    try:
        return orjson.dumps(message, plain, _ANY_KEYS)
    except (TypeError, ValueError, RecursionError):
        return json.dumps({_text(key): _plain(value) for key, value in message.items()}).encode() + b"\n"


def _plain(value: object) -> object:
    try:
        return orjson.loads(orjson.dumps(value, default=plain, option=orjson.OPT_NON_STR_KEYS))
    except (TypeError, ValueError, RecursionError):
        return _text(value)


def _text(value: object) -> str:
    try:
        return (value if isinstance(value, str) else repr(value))[:10_000]
    except Exception as error:  # noqa: BLE001 - a field's __repr__ may fail in any way; the rest is still useful
        interruptions.reraise(error)
        return f"<{type(value).__name__}>"
