"""A reason: one answer to "why?", for code (`code`, `params`) and for people (`message`, `remedy`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is as it is, and what to do about it."""

    #: Stable identifier for programs; never translated.
    code: str
    #: One sentence for people.
    message: str
    #: The values in the message, by name.
    params: Mapping[str, str | int | float | None] = field(default_factory=dict)
    #: What to do about it; empty when there is nothing to do but wait.
    remedy: str = ""


def count(number: int, noun: str) -> str:
    """Return the number with the noun in its form: "1 task", "2 tasks"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def instant(at: datetime) -> str:
    """Return an instant for a sentence: ISO 8601, which a page can show in the reader's time zone."""
    return at.isoformat(timespec="seconds")
