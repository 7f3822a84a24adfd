"""Reads the fields of an event without trusting the sender: a field of the wrong type counts as absent."""

from __future__ import annotations

from collections.abc import Mapping

Event = Mapping[str, object]


def text(event: Event, key: str) -> str:
    """Return the field if it is text, else an empty string."""
    value = event.get(key)
    return value if isinstance(value, str) else ""


def integer(event: Event, key: str) -> int | None:
    """Return the field if it is an integer, else None."""
    value = event.get(key)
    return value if isinstance(value, int) else None


def summary(event: Event) -> str:
    """Return the task's arguments as the sender abbreviated them."""
    return f"{text(event, 'args')} {text(event, 'kwargs')}".strip()
