"""Secrets never reach a log: what is named like one is replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

REDACTED = "[redacted]"
#: Words that, as part of a field's name, mark its value as secret.
SECRET_NAMES = (
    "api_key",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "token",
)
#: How deep values are looked through; what lies deeper is replaced, since it can't be vouched for.
_DEPTH = 8
_PLAIN = frozenset({int, float, bool, type(None)})
#: The envelope's fields hold no words of the author.
_ENVELOPE = frozenset(
    {"task_uuid", "task_level", "timestamp", "action_status", "message_type", "action_type"}
)
#: Credentials in HTTP headers begin with one of these, without any sign between.
_SCHEMES = ("bearer", "basic")

Redactor = Callable[[Mapping[str, object]], Mapping[str, object]]


def redactor(names: Sequence[str] = SECRET_NAMES) -> Redactor:
    """A function that replaces the values of fields named like one of `names`, at any depth.

    Inside texts it finds bearer and basic credentials, passwords in URLs, and `name=value`, `"name": value`
    for the same names.
    """
    inside = _Inside(names)

    # The names of fields repeat with every message: each set of them is judged once.
    @lru_cache(maxsize=1024)
    def judged(keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names that mark secrets, and those whose values must be looked into."""
        marked = tuple(key for key in keys if inside.is_secret(key))
        return marked, tuple(key for key in keys if key not in _ENVELOPE and key not in marked)

    def redact(message: Mapping[str, object]) -> Mapping[str, object]:
        marked, others = judged(tuple(message))
        found: dict[str, object] = dict.fromkeys(marked, REDACTED) if marked else {}
        for key in others:
            value = message[key]
            # Most values are plain, or words that can hide nothing: no call for those.
            if type(value) in _PLAIN:
                continue
            if type(value) is str and " " not in value and "=" not in value and ":" not in value:
                continue
            cleaned = inside(value, _DEPTH)
            if cleaned is not value:
                found[key] = cleaned
        return {**message, **found} if found else message

    return redact


class _Inside:
    """Looks through values for secrets; a value without any comes back as it is."""

    def __init__(self, names: Sequence[str]) -> None:
        spelled = [name.lower().replace("-", "_") for name in names]
        words = "|".join(re.escape(name).replace("_", "[_-]") for name in spelled)
        self._name = re.compile(words, re.IGNORECASE)
        # Every repetition is bounded, so that no text takes long.
        self._text = re.compile(
            rf"(?P<kept>\b(?:{'|'.join(_SCHEMES)})\s{{1,8}})[a-z0-9._~+/=-]{{8,}}"
            r"|(?P<url>://[^/\s:@]{0,256}:)[^/\s@]{1,1024}(?=@)"
            rf"|(?P<named>(?:{words})[\w.-]{{0,40}}(?:\s?=\s?|[\"']\s?:\s?|(?<=cookie):\s?)[\"']?)[^\s\"'&,;}}]+",
            re.IGNORECASE,
        )
        self._signs = (*spelled, "://", *_SCHEMES)
        self.is_secret = lru_cache(maxsize=4096)(self._is_secret)

    def _is_secret(self, key: object) -> bool:
        return isinstance(key, str) and self._name.search(key) is not None

    def text(self, value: str) -> str:
        """The text without the secrets that stand in its middle."""
        # One word can hide nothing, unless it is an assignment, a URL or JSON.
        if " " not in value and "=" not in value and "://" not in value and '":' not in value:
            return value
        # Whatever the pattern finds has one of these in it; looking for them takes a tenth of its time.
        signs = self._signs if "=" in value or ":" in value else _SCHEMES
        if not any(map(value.lower().replace("-", "_").__contains__, signs)):
            return value
        return self._text.sub(
            lambda found: (found["kept"] or found["url"] or found["named"] or "") + REDACTED, value
        )

    def __call__(self, value: object, depth: int) -> object:
        if isinstance(value, str):
            return self.text(value)
        if not isinstance(value, Mapping | list | tuple | set | frozenset):
            return value
        if depth == 0:
            return REDACTED
        if isinstance(value, Mapping):
            return {
                key: REDACTED if self.is_secret(key) else self(inner, depth - 1)
                for key, inner in value.items()
            }
        if all(type(inner) in _PLAIN for inner in value):
            return value
        return [self(inner, depth - 1) for inner in value]
