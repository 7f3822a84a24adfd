"""Keeps secrets out of the log: values of fields with secret names are replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from eliot_progress.plain import ATOMS, PLAIN, plain

REDACTED = "[redacted]"
#: Words that, as part of a name, mark a value as secret. `private_key` also stands for `private-key` and
#: `privateKey`.
SECRET_NAMES = (
    "access_key",
    "api_key",
    "authorization",
    "cookie",
    "credential",
    "jwt",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "pwd",
    "secret",
    "session_id",
    "session_key",
    "token",
)
#: How deep values are searched. Anything deeper is replaced, since nothing is known about it.
_DEPTH = 8
#: Characters of a name.
_NAME_LIMIT = 80
#: eliot's own fields, which hold no text of the author.
_ENVELOPE = frozenset(
    {"task_uuid", "task_level", "timestamp", "action_status", "message_type", "action_type"}
)
#: Credentials in HTTP headers begin with one of these words and a space.
_SCHEMES = ("bearer", "basic")

Redactor = Callable[[Mapping[str, object]], Mapping[str, object]]


def redactor(names: Sequence[str] = SECRET_NAMES) -> Redactor:
    """Return a function that replaces the values of fields named like one of `names`, at any depth.

    All values become plain ones first (dataclasses become dicts, objects what `repr` says), so that no type
    can hide a secret. What follows such a name in a list is replaced, too. Inside texts it finds bearer and
    basic credentials, passwords in URLs, and `name=value`, `name: value`, `"name": value`, `"name", "value"`
    and `--name value` for the same names.
    """
    redact_value = _ValueRedactor(names)

    # The names of fields repeat with every message: classify each set of names once.
    @lru_cache(maxsize=1024)
    def classified(keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
        """Return secret fields, those whose values must be searched, and new names for names with secrets."""
        secret = tuple(key for key in keys if redact_value.is_secret(key))
        others = tuple(key for key in keys if key not in _ENVELOPE and key not in secret)
        return secret, others, {key: name for key in keys if (name := redact_value.text(key)) != key}

    def redact(message: Mapping[str, object]) -> Mapping[str, object]:
        secret, others, renamed = classified(tuple(message))
        found: dict[str, object] = dict.fromkeys(secret, REDACTED) if secret else {}
        for key in others:
            value = message[key]
            # Most values are plain, or single words that can't hide a secret: skip them without a call.
            if type(value) in ATOMS:
                continue
            if type(value) is str and " " not in value and "=" not in value and ":" not in value:
                continue
            cleaned = redact_value(value, _DEPTH)
            if cleaned is not value:
                found[key] = cleaned
        if renamed:
            return {renamed.get(key, key): value for key, value in {**message, **found}.items()}
        return {**message, **found} if found else message

    return redact


class _ValueRedactor:
    """Searches values for secrets. A text or number without any is returned as it is."""

    def __init__(self, names: Sequence[str]) -> None:
        spelled = [name.lower().replace("-", "_") for name in names]
        words = "|".join(re.escape(name).replace("_", "[_-]?") for name in spelled)
        self._name = re.compile(words, re.IGNORECASE)
        self._bare_name = re.compile(rf"-{{0,2}}[\w.-]{{0,40}}(?:{words})[\w.-]{{0,40}}:?", re.IGNORECASE)
        # Every repetition is bounded, so that no text takes long to search.
        schemes = "|".join(_SCHEMES)
        # A quotation mark is escaped inside another text.
        mark = r"""\\{0,4}["']"""
        between = rf"""(?:{mark}\s?[:,]\s?|\s?=>?\s?|\s?:\s?)"""
        opening = r"""(?:[bruf]{0,2}\\{0,4}(?P<quote>["']))?"""
        value = r"""(?(quote)(?:(?!(?P=quote))[^\\]|\\.){1,1024}|[^\s"'&,;}]+)"""
        self._text = re.compile(
            rf"(?P<kept>\b(?:{schemes})\s{{1,8}})[a-z0-9._~+/=-]{{8,}}"
            r"|(?P<url>://[^/\s:@]{0,256}:)[^/\s@]{1,1024}(?=@)"
            r"""|(?P<cookie>cookie2?\s?:\s?)[^\r\n"']{1,4096}"""
            rf"|(?P<flag>(?<![\w-])--?[\w-]{{0,40}}?(?:{words})[\w-]{{0,40}}\s{{1,8}}(?P<flag_quote>{mark})?)"
            r"""(?(flag_quote)(?:(?!(?P=flag_quote))(?:[^\\]|\\.)){1,1024}|[^\s"'\\-][^\s"']*)"""
            rf"|(?P<pair>{mark}(?:name|key){mark}\s?:\s?{mark}"
            rf"[\w.-]{{0,40}}(?:{words})[\w.-]{{0,40}}{mark}\s?,\s?{mark}value{mark}\s?:\s?(?:{mark})?)"
            r"""[^\s"',}\\]+"""
            rf"|(?P<named>(?:{words})[\w.-]{{0,40}}{between}{opening}(?:(?:{schemes})\s{{1,8}})?){value}",
            re.IGNORECASE,
        )
        without = (name.replace("_", "") for name in spelled)
        self._signs = (*dict.fromkeys((*spelled, *without)), "://", *_SCHEMES)
        self.is_secret = lru_cache(maxsize=4096)(self._is_secret)

    def _is_secret(self, key: object) -> bool:
        return isinstance(key, str) and self._name.search(key) is not None

    def text(self, value: str) -> str:
        """Return the text with the secrets inside it replaced."""
        # A single word holds no secret, unless it is an assignment or a URL.
        if " " not in value and "=" not in value and ":" not in value:
            return value
        # Every match of the pattern contains one of these; searching for them takes a tenth of its time.
        assigns = "=" in value or ":" in value or "-" in value or "'," in value or '",' in value
        signs = self._signs if assigns else _SCHEMES
        if not any(map(value.lower().replace("-", "_").__contains__, signs)):
            return value
        return self._text.sub(_keep_name, value)

    def __call__(self, value: object, depth: int) -> object:
        if type(value) not in PLAIN:
            value = plain(value)
        if isinstance(value, str):
            return self.text(value)
        if not isinstance(value, dict | list | tuple):
            return value
        if depth == 0:
            return REDACTED
        if isinstance(value, dict):
            return self._mapping(value, depth)
        if all(type(inner) in ATOMS for inner in value):
            return value
        return self._items(value, depth)

    def _mapping(self, values: dict[object, object], depth: int) -> dict[object, object]:
        names = {key: self._key(key) for key in values}
        found = {
            names[key]: REDACTED if self.is_secret(names[key]) else self(inner, depth - 1)
            for key, inner in values.items()
        }
        if "value" in found and any(self._is_name(found.get(key)) for key in ("name", "key")):
            found["value"] = REDACTED
        return found

    def _key(self, key: object) -> object:
        if type(key) in ATOMS:
            return key
        text = key if type(key) is str else plain(key)
        return self.text(text if isinstance(text, str) else str(text))

    def _items(self, values: Sequence[object], depth: int) -> list[object]:
        """Search a list, in which a value may follow its name."""
        found, after_name = [], False
        for inner in values:
            cleaned = self(inner, depth - 1)
            found.append(REDACTED if after_name else cleaned)
            after_name = self._is_name(cleaned)
        return found

    def _is_name(self, value: object) -> bool:
        """Whether this is a name alone: `password`, `--password`, `Cookie:`."""
        if not isinstance(value, str) or len(value) > _NAME_LIMIT or not self.is_secret(value):
            return False
        return self._bare_name.fullmatch(value) is not None


def _keep_name(found: re.Match[str]) -> str:
    kept = (found[group] for group in ("kept", "url", "cookie", "flag", "pair", "named"))
    return next(filter(None, kept), "") + REDACTED
