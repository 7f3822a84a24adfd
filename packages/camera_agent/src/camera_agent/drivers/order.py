"""The order of a folder's pictures: by capture time, unless the times can't be right. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import PurePath

#: A camera's clock is set back by hand, or for winter time. An older picture than this has its time by right.
_SET_BACK: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Positions in the order to play, and the rule by which they were found, as a sentence."""

    positions: tuple[int, ...]
    by_time: bool
    rule: str


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key by which `img2` comes before `img10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


def by_name(path: PurePath) -> tuple[object, ...]:
    """Return a sort key by which folders and files are in natural order."""
    return (*(natural(part) for part in path.parts), str(path))


def playing_order(names: Sequence[PurePath], times: Sequence[datetime | None]) -> Order:
    """Return the order of pictures with these names and capture times.

    Pictures of one time, as in a burst, are ordered by name. The name alone decides when a time is missing,
    when all are the same, or when a camera's clock was set back.
    """
    order = sorted(range(len(names)), key=lambda number: by_name(names[number]))
    known = {number: time for number, time in enumerate(times) if time is not None}
    if why := _doubt([names[number] for number in order], [times[number] for number in order]):
        rule = f"The pictures are in the order of their names, because {why}."
        return Order(positions=tuple(order), by_time=False, rule=rule)
    return Order(
        positions=tuple(sorted(order, key=known.__getitem__)),
        by_time=True,
        rule="The pictures are in the order of their capture times.",
    )


def _doubt(names: Sequence[PurePath], times: Sequence[datetime | None]) -> str:
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        missing = len(times) - len(known)
        return f"{missing} of {len(times)} have no capture time" if known else "they have no capture times"
    if len(set(known)) == 1 < len(known):
        return "all have the same capture time"
    for camera, numbers in groupby(range(len(names)), key=lambda number: _camera(names[number])):
        if _was_set_back([known[number] for number in numbers]):
            return f"the clock of the camera that wrote {camera}… was set back meanwhile"
    return ""


def _camera(name: PurePath) -> str:
    """Return what the names of one camera's pictures have in common: all before the last number."""
    return re.sub(r"\d+\D*$", "", name.name)


def _was_set_back(times: Sequence[datetime]) -> bool:
    """Whether times in the order of names go back once, by little, to times that were there before.

    Numbers that start again at 0001 look different: all pictures after the step are older than those before.
    """
    steps = [number for number, (one, other) in enumerate(pairwise(times), 1) if other < one]
    if len(steps) != 1:
        return False
    before, after = times[: steps[0]], times[steps[0] :]
    return before[-1] - after[0] <= _SET_BACK and after[-1] > before[0]
