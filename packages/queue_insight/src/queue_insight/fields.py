"""The fields of an event, read without trusting the sender: a field of another type counts as absent."""

from __future__ import annotations

from collections.abc import Mapping

Event = Mapping[str, object]


def text(event: Event, key: str) -> str:
    """Return the field when it is text, else an empty one."""
    value = event.get(key)
    return value if isinstance(value, str) else ""


def whole(event: Event, key: str) -> int | None:
    """Return the field when it is a whole number, else None."""
    value = event.get(key)
    return value if isinstance(value, int) else None


def summary(event: Event) -> str:
    """Return the task's arguments as the sender abbreviated them."""
    return f"{text(event, 'args')} {text(event, 'kwargs')}".strip()
