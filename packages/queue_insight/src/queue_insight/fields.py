"""Checks every value that comes from outside: events, replies of workers, messages in the broker.

Each kind of value has one rule, which stands here. A field that breaks its rule counts as absent, and its
document as malformed, so that a foreign or broken sender can neither stop a reader nor fill its memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from queue_insight.redaction import redact

Document = Mapping[str, object]

#: Maximum length of ids and of names of tasks, queues and workers, in characters; Celery's result backends
#: and AMQP allow no longer ones.
MAX_NAME: Final = 255
#: Maximum length of an argument summary in characters; a longer one is cut.
MAX_SUMMARY: Final = 1024
#: Latest time that counts as one: the year 2200, in seconds since 1970.
MAX_TIME: Final = 7_258_118_400.0
MAX_COUNT: Final = 2**53
#: Seconds between two heartbeats of a worker.
HEARTBEAT_INTERVAL: Final = (0.1, 3600.0)


class Fields:
    """The fields of one document from outside."""

    def __init__(self, document: object) -> None:
        #: Empty if what came is no document.
        self._document: Document = document if isinstance(document, Mapping) else {}
        #: Whether a field that was read has broken its rule.
        self.malformed = False

    def name(self, key: str) -> str:
        """Return an id or a name of at most 255 characters, else an empty string."""
        value = self._document.get(key)
        if value is None or value == "":
            return ""
        if isinstance(value, str) and len(value) <= MAX_NAME and _is_storable(value):
            return value
        self.malformed = True
        return ""

    def summary(self, *keys: str) -> str:
        """Return these texts side by side, cut at 1,024 characters; what cannot be stored is replaced."""
        texts = []
        for key in keys:
            value = self._document.get(key)
            if isinstance(value, str):
                texts.append(value)
            elif value is not None:
                self.malformed = True
        return summary(*texts)

    def text(self, key: str) -> str:
        """Return a text of any length, which must not be kept, else an empty string."""
        value = self._document.get(key)
        if isinstance(value, str):
            return value
        self.malformed |= value is not None
        return ""

    def count(self, key: str) -> int | None:
        """Return a whole number from 0 to 2^53, else None."""
        value = self._document.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT:
            return value
        self.malformed |= value is not None
        return None

    def number(self, key: str, *, least: float, most: float) -> float | None:
        """Return a number in this range, else None."""
        value = self._document.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        self.malformed |= value is not None
        return None

    def time(self, key: str) -> float | None:
        """Return seconds since 1970, up to the year 2200, else None."""
        return self.number(key, least=0.0, most=MAX_TIME)

    def date(self, key: str) -> float | None:
        """Return a date in ISO 8601 as seconds since 1970, else None. Without a zone it is UTC."""
        value = self._document.get(key)
        if value is None or value == "":
            return None
        seconds = date(value)
        self.malformed |= seconds is None
        return seconds


def date(value: object) -> float | None:
    """Return a date in ISO 8601 as seconds since 1970, else None. Without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(value)  # type: ignore[arg-type]
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0.0 <= seconds <= MAX_TIME else None


def summary(*texts: str | None) -> str:
    """Return these texts side by side, redacted, cut at 1,024 characters, and fit to be stored."""
    joined = redact(" ".join(filter(None, texts)))
    if len(joined) <= MAX_SUMMARY and joined.isascii():
        return joined
    return storable(joined if len(joined) <= MAX_SUMMARY else f"{joined[: MAX_SUMMARY - 1]}…")


def storable(text: str) -> str:
    """Return the text with what cannot be encoded replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _is_storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return "\0" not in value
