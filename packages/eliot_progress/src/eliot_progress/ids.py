"""Ids as text: the place of an action in its tree, its W3C trace id and span id."""

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
#: A letter says how many digits follow.
_STEP = "|".join(f"{letter}[1-9][0-9]{{{n}}}" for n, letter in enumerate("abcdefghijklmnop"))
_PATH = re.compile(f"(?:{_STEP})(?:/(?:{_STEP}))*")
#: A deeper place does not travel: its text must fit tracestate's 512 characters, which hold a chain of 22
#: Celery tasks.
MAX_DEPTH = 128
_MAX_LENGTH = 500
#: What is read is no deeper than this, and no step has more digits than a path can tell (an attempt has 16).
DEEPEST = 200
_HIGHEST = 10**16
#: A task's id is no longer than this.
_LONGEST = 200


def action_id(task_uuid: str, level: Iterable[int]) -> str:
    """The id of an action: `uuid@/2/3`, as eliot writes it. The root action's is `uuid@/`."""
    return f"{task_uuid}@/" + "/".join(map(str, level))


def split_action_id(identifier: str) -> tuple[str, Level]:
    """The task uuid and the level of `uuid@/2/3`. Raises MalformedPathError."""
    uuid, at, path = identifier.partition("@")
    try:
        level = tuple(int(step) for step in path.split("/") if step)
    except ValueError:
        raise MalformedPathError(f"{identifier!r} is not an action id (like uuid@/2/3).") from None
    if not at or not uuid or any(step < 1 for step in level):
        raise MalformedPathError(f"{identifier!r} is not an action id (like uuid@/2/3).")
    return uuid, level


def is_level(level: object) -> TypeGuard[list[int] | Level]:
    """Whether this is a message's `task_level`, or a forged or malformed one."""
    if not isinstance(level, list | tuple) or not 0 < len(level) <= DEEPEST:
        return False
    return all(type(step) is int and 0 < step < _HIGHEST for step in level)


def is_task_uuid(task_uuid: object) -> TypeGuard[str]:
    """Whether this is a task's id, though no UUID perhaps: one line of text that an action's id can hold."""
    if not isinstance(task_uuid, str) or not 0 < len(task_uuid) <= _LONGEST:
        return False
    return "@" not in task_uuid and task_uuid.isprintable()


def causal_id(task_uuid: str) -> str:
    """The causal id (W3C trace id) of an eliot task: its uuid as 32 hex digits.

    A task whose id is no UUID (other programs may make such) gets a digest of it.
    """
    if _UUID.fullmatch(task_uuid):
        return task_uuid.replace("-", "")  # what nearly all are, at a tenth of UUID's price
    try:
        return UUID(task_uuid).hex
    except ValueError:
        return blake2b(task_uuid.encode("utf-8", "replace"), digest_size=16).hexdigest()


def task_uuid(causal_id: str) -> str:
    """The uuid of the eliot task with this causal id (32 hex digits, small letters)."""
    h = causal_id
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def span_id(task_uuid: str, level: Iterable[int]) -> str:
    """A span id (16 hex digits) that follows from the action's id: logs and spans join without a table."""
    return blake2b(action_id(task_uuid, level).encode("utf-8", "replace"), digest_size=8).hexdigest()


def encode_path(level: Iterable[int]) -> str:
    """A level as text that sorts like the tree: [2, 3, 11] is `a2/a3/b11`, and a subtree is a prefix."""
    return "/".join([chr(96 + len(digits)) + digits for digits in map(str, level)])


def portable_path(level: Level) -> str | None:
    """The path, when the place is near enough to the root for `decode_path` to read it; else None."""
    path = encode_path(level) if len(level) <= MAX_DEPTH else None
    return path if path is not None and len(path) <= _MAX_LENGTH else None


def decode_path(path: str) -> Level:
    """The level that `encode_path` wrote. Raises MalformedPathError for anything else."""
    if not path:
        return ()
    steps = path.split("/") if len(path) <= _MAX_LENGTH and _PATH.fullmatch(path) else []
    if not 0 < len(steps) <= MAX_DEPTH:
        raise MalformedPathError(f"{path[:80]!r} is not a level path (like a2/a3/b11).")
    return tuple([int(step[1:]) for step in steps])
