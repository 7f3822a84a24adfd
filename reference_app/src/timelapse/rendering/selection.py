"""Which frames a movie shows. Pure functions of what is known about the frames.

What is left out is counted by its reason. A frame of which something isn't known is kept.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import asdict, dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, Final, Self

from camera_agent.protocol import windows
from camera_agent.protocol.errors import InvalidValueError
from fsmlock import Reason
from fsmlock.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from camera_agent.protocol.windows import Place

MAX_WINDOWS: Final = 20
LONGEST_WINDOW: Final = 100
MAX_EVERY: Final = 100_000
MIN_LENGTH_S: Final = 1.0
#: What to choose instead of a value out of its range.
BETWEEN: Final = "Choose between %(low)s and %(high)s."
BETWEEN_SECONDS: Final = "Choose between %(low)s and %(high)s s."
MAX_LENGTH_S: Final = 24 * 3600.0
#: Mean light below 1/64 of white is night without a lamp.
DARK_EV: Final = -6.0
#: A frame with less than this share of its neighbors' sharpness is blurred.
_BLURRED: Final = 0.5
_NEIGHBORS: Final = 25
#: Pictures whose fingerprints differ in so few bits, and whose light in so little, are the same.
_SAME_BITS: Final = 2
_SAME_EV: Final = 0.05
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which frames are shown; the default is all.

    ``windows`` are times as in a camera's schedule (``mon-fri 06:30..20:00``, ``sunrise..sunset``).
    ``best_of_hour`` keeps the sharpest of each hour, ``every`` each so many-th of what is left, and
    ``length_s`` as many, evenly, as make a movie of so many seconds at most.
    """

    windows: tuple[str, ...] = ()
    skip_dark: bool = False
    skip_blurred: bool = False
    skip_duplicates: bool = False
    best_of_hour: bool = False
    every: int = 1
    length_s: float | None = None

    def validation_errors(self) -> dict[str, Reason]:
        """Return the reason for each invalid field; empty if all are valid."""
        wrong = {}
        if reason := _wrong_windows(self.windows):
            wrong["windows"] = reason
        if not 1 <= self.every <= MAX_EVERY:
            wrong["every"] = Reason(
                code="every_out_of_range",
                message=sentence("Every %(every)sth frame can't be shown.", every=self.every),
                remedy=sentence(BETWEEN, low=1, high=MAX_EVERY),
            )
        length = self.length_s
        if length is not None and not (math.isfinite(length) and MIN_LENGTH_S <= length <= MAX_LENGTH_S):
            wrong["length_s"] = Reason(
                code="length_out_of_range",
                message=sentence("A movie of %(seconds)s s can't be made.", seconds=length),
                remedy=sentence(BETWEEN_SECONDS, low=MIN_LENGTH_S, high=MAX_LENGTH_S),
            )
        return wrong

    @property
    def follows_sun(self) -> bool:
        """Whether it depends on where the camera is."""
        return any(window.follows_sun for window in windows.parse(self.windows))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; empty if it is the default."""
        return {} if self == EVERYTHING else asdict(self) | {"windows": list(self.windows)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        return cls(**data | {"windows": tuple(data.get("windows", ()))})


#: The selection of all frames.
EVERYTHING: Final = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFacts:
    """What is known about a frame; None, or an empty fingerprint: not known."""

    captured_at: datetime
    luma_ev: float | None = None
    sharpness: float | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionNote:
    """How many frames were left out for one reason, or kept because something isn't known."""

    code: str
    text: str
    frames: int
    left_out: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The numbers of the frames that are shown, in order, and what happened to the others."""

    kept: tuple[int, ...]
    notes: tuple[SelectionNote, ...]


def select(facts: Sequence[FrameFacts], selection: Selection, place: Place, fps: float) -> Selected:
    """Apply a selection to frames in playing order; the place decides about local times and the sun."""
    steps: list[tuple[str, str, Callable[[list[int]], list[int]] | None]] = [
        (
            "other_time",
            f"captured outside {', '.join(selection.windows)}",
            (lambda numbers: _in_windows(facts, numbers, selection.windows, place))
            if selection.windows
            else None,
        ),
        ("dark", "too dark", (lambda numbers: _light(facts, numbers)) if selection.skip_dark else None),
        (
            "blurred",
            "less than half as sharp as their neighbors",
            (lambda numbers: _sharp(facts, numbers)) if selection.skip_blurred else None,
        ),
        (
            "duplicate",
            "like the frame before",
            (lambda numbers: _different(facts, numbers)) if selection.skip_duplicates else None,
        ),
        (
            "not_best_of_hour",
            "not the sharpest of their hour",
            (lambda numbers: _best_of_hour(facts, numbers, place)) if selection.best_of_hour else None,
        ),
        (
            "every",
            f"one of {selection.every} is shown",
            (lambda numbers: numbers[:: selection.every]) if selection.every > 1 else None,
        ),
        (
            "length",
            f"more than {selection.length_s or 0:g} s show",
            (lambda numbers: _evenly(numbers, max(1, round((selection.length_s or 0) * fps))))
            if selection.length_s is not None
            else None,
        ),
    ]
    kept, notes = list(range(len(facts))), []
    for code, text, step in steps:
        if step is None:
            continue
        left = step(kept)
        if len(left) < len(kept):
            notes.append(SelectionNote(code=code, text=text, frames=len(kept) - len(left)))
        kept = left
    return Selected(kept=tuple(kept), notes=(*notes, *_unknown(facts, kept, selection)))


def _wrong_windows(texts: tuple[str, ...]) -> Reason | None:
    if len(texts) > MAX_WINDOWS or any(len(text) > LONGEST_WINDOW for text in texts):
        return Reason(
            code="windows_too_long",
            message="These are too many times, or too long ones.",
            remedy=sentence(
                "Give at most %(most)s of %(longest)s characters each.",
                most=MAX_WINDOWS,
                longest=LONGEST_WINDOW,
            ),
        )
    try:
        windows.parse(texts)
    except InvalidValueError as error:
        return Reason(code="window_invalid", message=error.message, remedy=error.remedy)
    return None


def _in_windows(
    facts: Sequence[FrameFacts], numbers: Iterable[int], texts: tuple[str, ...], place: Place
) -> list[int]:
    asked = list(numbers)
    days = {place.local_day(facts[number].captured_at) for number in asked}
    days |= {day - _DAY for day in days}  # a window may cross midnight
    parsed = windows.parse(texts)
    spans = list(windows.merged(found for day in days for found in windows.spans(parsed, place, day, 1)))
    begins = [begin for begin, _ in spans]

    def inside(moment: datetime) -> bool:
        number = bisect_right(begins, moment) - 1
        return number >= 0 and moment < spans[number][1]

    return [number for number in asked if inside(facts[number].captured_at)]


def _light(facts: Sequence[FrameFacts], numbers: Iterable[int]) -> list[int]:
    return [number for number in numbers if (luma := facts[number].luma_ev) is None or luma >= DARK_EV]


def _sharp(facts: Sequence[FrameFacts], numbers: list[int]) -> list[int]:
    known = [(number, value) for number in numbers if (value := facts[number].sharpness) is not None]
    values = [value for _, value in known]
    blurred = set()
    for position, (number, value) in enumerate(known):
        around = values[max(0, position - _NEIGHBORS) : position + _NEIGHBORS + 1]
        if value < _BLURRED * median(around):
            blurred.add(number)
    return [number for number in numbers if number not in blurred]


def _different(facts: Sequence[FrameFacts], numbers: Iterable[int]) -> list[int]:
    kept: list[int] = []
    for number in numbers:
        if not kept or not _same(facts[kept[-1]], facts[number]):
            kept.append(number)
    return kept


def _same(one: FrameFacts, other: FrameFacts) -> bool:
    if not one.fingerprint or not other.fingerprint or one.luma_ev is None or other.luma_ev is None:
        return False
    bits = (int(one.fingerprint, 16) ^ int(other.fingerprint, 16)).bit_count()
    return bits <= _SAME_BITS and abs(one.luma_ev - other.luma_ev) <= _SAME_EV


def _best_of_hour(facts: Sequence[FrameFacts], numbers: Iterable[int], place: Place) -> list[int]:
    best: dict[object, int] = {}
    for number in numbers:
        moment = facts[number].captured_at
        day = place.local_day(moment)
        hour = (day, (moment - place.at(day, timedelta())) // timedelta(hours=1))
        if hour not in best or _sharpness(facts[number]) > _sharpness(facts[best[hour]]):
            best[hour] = number
    return sorted(best.values())


def _sharpness(facts: FrameFacts) -> float:
    return -1.0 if facts.sharpness is None else facts.sharpness


def _evenly(numbers: list[int], count: int) -> list[int]:
    if len(numbers) <= count:
        return numbers
    return [numbers[position * len(numbers) // count] for position in range(count)]


def _unknown(facts: Sequence[FrameFacts], kept: Iterable[int], selection: Selection) -> list[SelectionNote]:
    measured = (
        selection.skip_dark or selection.skip_blurred or selection.skip_duplicates or selection.best_of_hour
    )
    count = sum(facts[number].luma_ev is None for number in kept) if measured else 0
    if not count:
        return []
    text = "shown although brightness and sharpness are not known"
    return [SelectionNote(code="not_measured", text=text, frames=count, left_out=False)]
