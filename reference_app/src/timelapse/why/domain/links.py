"""The links of a chain, which answers why something is not done yet.

A chain is read from top to bottom: what it waits for comes first, its own start and end come last. Its
sentences are for people: names of workers and leases are in ``detail``, which is shown on request.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from fsmlock import Reason

#: What a chain without links says.
NOTHING_WAITS: Final = "Nothing is waiting."


class LinkKind(Enum):
    """What a link is about."""

    STATE = "STATE"
    BEFORE = "BEFORE"
    HOLD = "HOLD"
    QUEUE = "QUEUE"
    WORKER = "WORKER"
    CAMERA = "CAMERA"
    PROGRESS = "PROGRESS"
    FAILURE = "FAILURE"
    START = "START"
    END = "END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Two instants: an estimate is never one."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A transition that helps, of which object, by their names, and what the button says if not its label."""

    subject: str
    transition: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link: a sentence with its facts, and the one thing that can be done about it."""

    kind: LinkKind
    reason: Reason
    since: datetime | None = None
    estimate: Range | None = None
    #: What it is about, such as ``rendering.Movie:7``; empty without an object.
    subject: str = ""
    action: Remedy | None = None
    detail: str = ""
