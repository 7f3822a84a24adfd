"""Keeps secrets out of the log: values of fields with secret names are replaced."""

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
#: How deep values are searched. Anything deeper is replaced, since nothing is known about it.
_DEPTH = 8
_PLAIN = frozenset({int, float, bool, type(None)})
#: eliot's own fields, which hold no text of the author.
_ENVELOPE = frozenset(
    {"task_uuid", "task_level", "timestamp", "action_status", "message_type", "action_type"}
)
#: Credentials in HTTP headers begin with one of these words and a space.
_SCHEMES = ("bearer", "basic")

Redactor = Callable[[Mapping[str, object]], Mapping[str, object]]


def redactor(names: Sequence[str] = SECRET_NAMES) -> Redactor:
    """Return a function that replaces the values of fields named like one of `names`, at any depth.

    Inside texts it finds bearer and basic credentials, passwords in URLs, and `name=value` and `"name":
    value` for the same names.
    """
    redact_value = _ValueRedactor(names)

    # The names of fields repeat with every message: classify each set of names once.
    @lru_cache(maxsize=1024)
    def classified(keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of secret fields, and of those whose values must be searched."""
        secret = tuple(key for key in keys if redact_value.is_secret(key))
        return secret, tuple(key for key in keys if key not in _ENVELOPE and key not in secret)

    def redact(message: Mapping[str, object]) -> Mapping[str, object]:
        secret, others = classified(tuple(message))
        found: dict[str, object] = dict.fromkeys(secret, REDACTED) if secret else {}
        for key in others:
            value = message[key]
            # Most values are plain, or single words that can't hide a secret: skip them without a call.
            if type(value) in _PLAIN:
                continue
            if type(value) is str and " " not in value and "=" not in value and ":" not in value:
                continue
            cleaned = redact_value(value, _DEPTH)
            if cleaned is not value:
                found[key] = cleaned
        return {**message, **found} if found else message

    return redact


class _ValueRedactor:
    """Searches values for secrets. A value without any is returned as it is."""

    def __init__(self, names: Sequence[str]) -> None:
        spelled = [name.lower().replace("-", "_") for name in names]
        words = "|".join(re.escape(name).replace("_", "[_-]") for name in spelled)
        self._name = re.compile(words, re.IGNORECASE)
        # Every repetition is bounded, so that no text takes long to search.
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
        """Return the text with the secrets inside it replaced."""
        # A single word holds no secret, unless it is an assignment, a URL or JSON.
        if " " not in value and "=" not in value and "://" not in value and '":' not in value:
            return value
        # Every match of the pattern contains one of these; searching for them takes a tenth of its time.
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
