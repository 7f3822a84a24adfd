"""A reason: one answer to "why?", for code (`code`, `params`) and for people (`message`, `remedy`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is as it is, and what to do about it."""

    #: Stable name for code: never translated, never reworded.
    code: str
    #: One sentence for a person.
    message: str
    #: The facts in the message, by name.
    params: Mapping[str, str | int | float | None] = field(default_factory=dict)
    #: What helps; empty when waiting is all there is to do.
    remedy: str = ""
