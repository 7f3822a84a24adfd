"""Secrets never reach a log: what is named like one is replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

REDACTED = "[redacted]"
#: Words that, as part of a field's name, mark its value as secret.
SECRET_NAMES = (
    "authorization",
    "cookie",
    "credential",
    "password",
    "passwd",
    "private_key",
    "secret",
    "token",
)
# Secrets that stand in the middle of a text: the word before says so.
_IN_TEXT = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}|(://[^/\s:@]*:)[^/\s@]+(?=@)")
#: How deep values are looked through; what lies deeper is replaced, since it can't be vouched for.
_DEPTH = 8
_PLAIN = frozenset({int, float, bool, type(None)})

Redactor = Callable[[Mapping[str, object]], Mapping[str, object]]


def redactor(names: Sequence[str] = SECRET_NAMES) -> Redactor:
    """A function that replaces the values of fields named like one of `names`, at any depth.

    Bearer and basic credentials, and passwords in URLs, are also found inside texts.
    """
    pattern = re.compile("|".join(re.escape(name.replace("-", "_")) for name in names), re.IGNORECASE)

    # The names of fields repeat with every message: each, and each set of them, is judged once.
    @lru_cache(maxsize=4096)
    def secret(key: object) -> bool:
        return isinstance(key, str) and pattern.search(key.replace("-", "_")) is not None

    @lru_cache(maxsize=1024)
    def secrets(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in keys if secret(key))

    def redact(message: Mapping[str, object]) -> Mapping[str, object]:
        found: dict[str, object] = dict.fromkeys(secrets(tuple(message)), REDACTED)
        for key, value in message.items():
            # Most values are plain, or words that can hide nothing: no call for those.
            if type(value) in _PLAIN or (type(value) is str and " " not in value and "://" not in value):
                continue
            inside = _inside(value, secret, _DEPTH)
            if inside is not value:
                found.setdefault(key, inside)
        return {**message, **found} if found else message

    return redact


def _inside(value: object, secret: Callable[[object], bool], depth: int) -> object:
    if type(value) is list and all(type(inner) in _PLAIN for inner in value):
        return value
    if isinstance(value, str):
        return _IN_TEXT.sub(_without_secret, value) if " " in value or "://" in value else value
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return value
    if depth == 0:
        return REDACTED
    if isinstance(value, Mapping):
        return {
            key: REDACTED if secret(key) else _inside(inner, secret, depth - 1)
            for key, inner in value.items()
        }
    return [_inside(inner, secret, depth - 1) for inner in value]


def _without_secret(found: re.Match[str]) -> str:
    return f"{found[1]} {REDACTED}" if found[1] else f"{found[2]}{REDACTED}"
