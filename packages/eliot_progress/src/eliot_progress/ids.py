"""Ids as text: the position of an action in its tree, its W3C trace id and its span id."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeGuard
from uuid import UUID

from eliot_progress.errors import MalformedPathError

if TYPE_CHECKING:
    from collections.abc import Iterable

Level = tuple[int, ...]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: A letter encodes how many digits follow.
_STEP = "|".join(f"{letter}[1-9][0-9]{{{n}}}" for n, letter in enumerate("abcdefghijklmnop"))
_PATH = re.compile(f"(?:{_STEP})(?:/(?:{_STEP}))*")
#: The deepest place that travels in headers. Its text must fit into tracestate's 512 characters, which hold
#: a chain of more than 20 Celery tasks.
MAX_DEPTH = 128
_MAX_LENGTH = 500
#: The deepest level that is accepted, and the largest step that a path can encode (an attempt has 15 digits).
MAX_READ_DEPTH = 200
_MAX_STEP = 10**16
#: Characters of a task's id.
_MAX_ID_LENGTH = 200


def action_id(task_uuid: str, level: Iterable[int]) -> str:
    """Return the id of an action, as eliot writes it: `uuid@/2/3`, or `uuid@/` for the root action."""
    return f"{task_uuid}@/" + "/".join(map(str, level))


def split_action_id(identifier: str) -> tuple[str, Level]:
    """Return the task uuid and the level of `uuid@/2/3`. Raises MalformedPathError."""
    uuid, at, path = identifier.partition("@")
    try:
        level = tuple(int(step) for step in path.split("/") if step)
    except ValueError:
        raise MalformedPathError(f"{identifier!r} is not an action id (like uuid@/2/3).") from None
    if not at or not uuid or any(step < 1 for step in level):
        raise MalformedPathError(f"{identifier!r} is not an action id (like uuid@/2/3).")
    return uuid, level


def is_level(level: object) -> TypeGuard[list[int] | Level]:
    """Whether this is a valid `task_level` of a message, not a forged or malformed one."""
    if not isinstance(level, list | tuple) or not 0 < len(level) <= MAX_READ_DEPTH:
        return False
    return all(type(step) is int and 0 < step < _MAX_STEP for step in level)


def is_action_id(identifier: str) -> bool:
    """Whether this is a valid id of an action, not a forged or malformed one."""
    try:
        uuid, level = split_action_id(identifier)
    except MalformedPathError:
        return False
    return is_task_uuid(uuid) and (not level or is_level(level))


def is_task_uuid(task_uuid: object) -> TypeGuard[str]:
    """Whether this is a valid task id, though not necessarily a UUID: one line of text without `@`."""
    if not isinstance(task_uuid, str) or not 0 < len(task_uuid) <= _MAX_ID_LENGTH:
        return False
    return "@" not in task_uuid and task_uuid.isprintable()


def causal_id(task_uuid: str) -> str:
    """Return the causal id (W3C trace id) of an eliot task: its uuid as 32 hex digits.

    A task id of another program that is not a UUID is hashed.
    """
    if _UUID.fullmatch(task_uuid):
        return task_uuid.replace("-", "")  # nearly all ids; ten times as fast as UUID()
    try:
        return UUID(task_uuid).hex
    except ValueError:
        return blake2b(task_uuid.encode("utf-8", "replace"), digest_size=16).hexdigest()


def task_uuid(causal_id: str) -> str:
    """Return the eliot task uuid of a causal id (32 hex digits, lower case)."""
    h = causal_id
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def span_id(task_uuid: str, level: Iterable[int]) -> str:
    """Return a span id (16 hex digits) derived from the action's id: logs and spans join without a table."""
    return blake2b(action_id(task_uuid, level).encode("utf-8", "replace"), digest_size=8).hexdigest()


def encode_path(level: Iterable[int]) -> str:
    """Return a level as text that sorts like the tree: [2, 3, 11] is `a2/a3/b11`. A subtree is a prefix."""
    return "/".join([chr(96 + len(digits)) + digits for digits in map(str, level)])


def portable_path(level: Level) -> str | None:
    """Return the path if it is short enough for `decode_path`; None otherwise."""
    path = encode_path(level) if len(level) <= MAX_DEPTH else None
    return path if path is not None and len(path) <= _MAX_LENGTH else None


def decode_path(path: str) -> Level:
    """Return the level that `encode_path` wrote. Raises MalformedPathError for anything else."""
    if not path:
        return ()
    steps = path.split("/") if len(path) <= _MAX_LENGTH and _PATH.fullmatch(path) else []
    if not 0 < len(steps) <= MAX_DEPTH:
        raise MalformedPathError(f"{path[:80]!r} is not a level path (like a2/a3/b11).")
    return tuple([int(step[1:]) for step in steps])
