"""Converts messages to rows of the log's tables, and back. Pure functions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from eliot_progress import ids, sanitise
from eliot_progress.messages import HEARTBEAT, PROGRESS, duration_of, status_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Fields that have columns; the body holds the rest.
_ENVELOPE = frozenset({"task_level", "timestamp"})
_KIND = 200
_REASON = 2000
#: How deep values that are written slowly may be nested, and what stands for anything deeper.
_DEPTH = 100
_TOO_DEEP = "[nested too deeply]"
#: Tasks whose converted ids are cached.
_CACHE_SIZE = 2000


@dataclass(slots=True, kw_only=True)
class MessageRow:
    """One LogMessage."""

    causal_id: str
    path: str
    action: str
    kind: str
    status: str
    report: bool
    at: float
    body: str


@dataclass(slots=True, kw_only=True)
class ActionRow:
    """What a batch says about one action; None and "" for everything that it does not mention."""

    causal_id: str
    path: str
    parent: str | None
    action_type: str = ""
    status: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    duration_s: float | None = None
    reason: str = ""
    done: float | None = None
    total: float | None = None
    unit: str = ""
    seq: int | None = None
    last_message_at: float = 0


@dataclass(slots=True, kw_only=True)
class Batch:
    """The rows of some messages. `skipped` counts those that were not eliot messages."""

    messages: list[MessageRow] = field(default_factory=list)
    actions: dict[tuple[str, str], ActionRow] = field(default_factory=dict)
    skipped: int = 0


def batch(messages: Iterable[Mapping[str, object]]) -> Batch:
    """Return the rows of these messages. Order and duplicates do not matter; never raises."""
    batch_rows = Batch()
    for message in messages:
        level, uuid = message.get("task_level"), message.get("task_uuid")
        if isinstance(uuid, str) and uuid and ids.is_level(level):
            row = _message(message, _causal(uuid), level)
            batch_rows.messages.append(row)
            _apply(batch_rows.actions, row, message)
        else:
            batch_rows.skipped += 1
    return batch_rows


@lru_cache(_CACHE_SIZE)
def _causal(uuid: str) -> str:
    return ids.causal_id(uuid)


@lru_cache(_CACHE_SIZE)
def _dashed(causal_id: str) -> str:
    return str(UUID(causal_id))


def _message(message: Mapping[str, object], causal_id: str, level: Iterable[int]) -> MessageRow:
    path = ids.encode_path(level)
    body = {key: value for key, value in message.items() if key not in _ENVELOPE}
    if body["task_uuid"] == _dashed(causal_id):
        del body["task_uuid"]
    return MessageRow(
        causal_id=causal_id,
        path=path,
        action=path.rpartition("/")[0],
        kind=sanitise.text(message.get("action_type") or message.get("message_type") or "", _KIND),
        status=status_of(message),
        report=message.get("message_type") in (PROGRESS, HEARTBEAT),
        at=max(0.0, sanitise.number(message.get("timestamp")) or 0.0),
        body=_json(body),
    )


def _json(value: Mapping[str, object]) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits, and what is nested too deeply
        return json.dumps(_cut(value, _DEPTH))


def _cut(value: object, depth: int) -> object:
    """Return the value without what is nested deeper: Python can neither write nor read it back."""
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return _TOO_DEEP
    if isinstance(value, dict):
        return {key: _cut(inner, depth - 1) for key, inner in value.items()}
    return [_cut(inner, depth - 1) for inner in value]


def _apply(actions: dict[tuple[str, str], ActionRow], row: MessageRow, message: Mapping[str, object]) -> None:
    """Apply a message to its action, and create rows for all ancestors."""
    action = _action(actions, row.causal_id, row.action)
    if row.status == "started":
        action.started_at = row.at
        action.status = action.status or row.status
        action.action_type = row.kind
    elif row.status:
        action.ended_at, action.status, action.action_type = row.at, row.status, row.kind
        action.reason = sanitise.text(message.get("reason", ""), _REASON)
        action.duration_s = duration_of(message)
    elif row.report:
        _report(action, message)
    action.last_message_at = max(action.last_message_at, row.at)
    root = actions[row.causal_id, ""]
    root.last_message_at = max(root.last_message_at, row.at)


def _action(actions: dict[tuple[str, str], ActionRow], causal_id: str, path: str) -> ActionRow:
    known = actions.get((causal_id, path))
    if known is not None:
        return known
    parent = path.rpartition("/")[0] if path else None
    if parent is not None:
        _action(actions, causal_id, parent)
    row = actions[causal_id, path] = ActionRow(causal_id=causal_id, path=path, parent=parent)
    return row


def _report(action: ActionRow, message: Mapping[str, object]) -> None:
    seq = message.get("seq")
    if type(seq) is int and (action.seq is None or seq > action.seq) and abs(seq) < 2**62:
        action.seq = seq
        action.done = sanitise.number(message.get("done"))
        action.total = sanitise.total(message.get("total"))
        action.unit = sanitise.text(message.get("unit", ""))


def level_of(path: str) -> list[int]:
    """Return the level of a row's path."""
    return [int(step[1:]) for step in path.split("/") if step]


def to_message(causal_id: str, path: str, at: float, body: str) -> dict[str, object]:
    """Return the message as it was logged."""
    message: dict[str, object] = {
        "task_uuid": _dashed(causal_id),
        "task_level": level_of(path),
        "timestamp": at,
    }
    message.update(json.loads(body))
    return message
