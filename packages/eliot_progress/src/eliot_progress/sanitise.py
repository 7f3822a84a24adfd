"""Makes untrusted values safe to log: finite numbers, and bounded text without control characters."""

from __future__ import annotations

import math
import re
from typing import SupportsFloat

from eliot_progress import interruptions

#: Characters of a label, unit, step or note in a message; longer texts end in an ellipsis.
TEXT_LIMIT = 200

# Control characters, the two Unicode line separators, bidirectional overrides and lone surrogates can each
# break a terminal, a JSON line or the reading order of a page.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def text(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return `value` as one line of at most `limit` characters. Never raises.

    Unprintable characters become spaces.
    """
    try:
        raw = value if isinstance(value, str) else str(value)
    except Exception as error:  # noqa: BLE001 - a label's __str__ must not break the work it labels
        interruptions.reraise(error)
        raw = f"<{type(value).__name__}>"
    line = _UNSAFE.sub(" ", raw[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def number(value: object) -> float | None:
    """Return `value` as a finite number (an int stays an int), or None if it is not one. Never raises."""
    try:
        # Checking for a protocol is slow: check the plain types first.
        if value is None or isinstance(value, bool) or not isinstance(value, (int, float, SupportsFloat)):
            return None
        if isinstance(value, int):
            return value if abs(value) < 2**53 else float(value)
        plain = float(value)
    except Exception as error:  # noqa: BLE001 - a tensor of several elements raises RuntimeError, others others
        interruptions.reraise(error)
        return None
    return plain if math.isfinite(plain) else None


def total(value: object) -> float | None:
    """Return a total, or None (unknown) for anything that is not a finite number of at least zero."""
    plain = number(value)
    return plain if plain is not None and plain >= 0 else None
