"""The kinds of values in messages, each with its range.

A lenient value that is senseless is left out, because nothing depends on it; any other is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from camera_agent.protocol.settings import YEARS

_LAST_NS: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 10**9
LENIENT: Final = {"lenient": True}
#: Objects of a record or an exposure: how deep they may be nested, and the largest number in them.
_DEPTH: Final = 20
_LARGEST: Final = 2**63 - 1

ClockQuality = Literal["synced", "estimated", "unknown"]
FixSource = Literal["ntp", "server"]
AgentState = Literal["capturing", "idle", "error"]
GapReason = Literal["camera_failed", "card_full", "stopped", "stalled", "thinned", "refused"]

Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Bytes = Annotated[int, Meta(ge=0, le=_LARGEST)]
#: A promise of a heartbeat, seconds: a camera silent for a day is late.
Promise = Annotated[float, Meta(gt=0, le=86_400)]
Name = Annotated[str, Meta(max_length=80)]
Sentence = Annotated[str, Meta(max_length=500)]
BootId = Annotated[str, Meta(max_length=64)]
Moment = Annotated[datetime, Meta(tz=True)]
#: Nanoseconds from a boot to the Unix epoch.
OffsetNs = Annotated[int, Meta(ge=0, le=_LAST_NS)]

MeasuredCount = Annotated[Count | None, Meta(extra=LENIENT)]
MeasuredBytes = Annotated[Bytes | None, Meta(extra=LENIENT)]
MeasuredMoment = Annotated[Moment | None, Meta(extra=LENIENT)]
Percent = Annotated[Annotated[float, Meta(ge=0, le=100)] | None, Meta(extra=LENIENT)]
Celsius = Annotated[Annotated[float, Meta(ge=-100, le=200)] | None, Meta(extra=LENIENT)]
#: Seconds since something began: three centuries at most.
Uptime = Annotated[Annotated[float, Meta(ge=0, le=1e10)] | None, Meta(extra=LENIENT)]
#: An error of a clock, milliseconds.
ClockError = Annotated[Annotated[float, Meta(ge=0, le=1e12)] | None, Meta(extra=LENIENT)]


def check_object(name: str, value: object, at_most: int) -> None:
    """Check that a JSON object is short and flat, and holds nothing that databases and pages can't.

    Raises:
        ValueError: it isn't.
    """
    try:
        written = msgspec.json.encode(value) if _is_storable(value, _DEPTH) else None
    except (ValueError, TypeError, RecursionError):  # a lone surrogate
        written = None
    if not isinstance(value, dict) or written is None or len(written) > at_most:
        raise ValueError(f"Expected a storable JSON object of at most {at_most} bytes in {name!r}")


def _is_storable(value: object, depth: int) -> bool:
    match value:
        case str():
            return "\0" not in value
        case None | bool():
            return True
        case int() | float():
            return -_LARGEST <= value <= _LARGEST  # no NaN is
        case dict():
            inside = [*value, *value.values()]
        case list() | tuple():
            inside = [*value]
        case _:
            return False
    return depth > 0 and all(_is_storable(one, depth - 1) for one in inside)


def check_year(name: str, moment: datetime) -> None:
    """Check that a moment is within `YEARS`.

    Raises:
        ValueError: it isn't.
    """
    if moment.year not in YEARS:
        raise ValueError(f"Expected a moment from {YEARS[0]} to {YEARS[-1]} in {name!r}")


def printable(text: str, at_most: int) -> str:
    """Drop NUL and control characters, and cut to a length."""
    return "".join(letter for letter in text if letter.isprintable())[:at_most]
