"""Draws what came into a queue and went out of it each minute, as lines of an SVG with a text. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from queue_insight.reasons import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queue_insight.snapshot import QueueState

HEIGHT: Final = 24
#: Minutes that are one point of a line, and units between two points.
MINUTES: Final = 2
STEP: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """The paths of both lines, and what they say."""

    width: int
    height: int
    #: Empty when what came in is not known.
    came: str
    went: str
    text: str


def sparkline(queue: QueueState) -> Sparkline | None:
    """Return the lines of the last hour; None if nothing came or went, or nobody listened."""
    came, went = queue.sent_by_minute, queue.finished_by_minute
    known_in = [each for each in came if each is not None]
    known_out = [each for each in went if each is not None]
    if not any(known_in) and not any(known_out):
        return None
    came_in, went_out = _grouped(came), _grouped(went)
    highest = max(1, *(each or 0 for each in (*came_in, *went_out)))
    # Tasks ended, and yet none was sent: the senders' events are off.
    is_silent = not sum(known_in)
    unobserved = sum(each is None for each in went)
    parts = [
        "in: not known" if is_silent else f"{sum(known_in)} in, at most {max(known_in)} a minute",
        f"{sum(known_out)} out, at most {max(known_out)} a minute",
        *([f"{count(unobserved, 'minute')} not observed throughout"] if unobserved else ()),
    ]
    return Sparkline(
        width=STEP * (len(went_out) - 1),
        height=HEIGHT,
        came="" if is_silent else _path(came_in, highest),
        went=_path(went_out, highest),
        text=f"The last {len(went)} minutes: {'; '.join(parts)}",
    )


def _grouped(figures: Sequence[int | None]) -> list[int | None]:
    groups = [figures[first : first + MINUTES] for first in range(0, len(figures), MINUTES)]
    # With the figures of a part of its minutes a point would look like a quiet one.
    known = ([each for each in group if each is not None] for group in groups)
    return [sum(part) if len(part) == len(group) else None for part, group in zip(known, groups, strict=True)]


def _path(figures: Sequence[int | None], highest: int) -> str:
    path = ""
    for place, number in enumerate(figures):
        if number is None:
            continue
        x, y = STEP * place, HEIGHT - round((HEIGHT - 1) * number / highest)
        if place and figures[place - 1] is not None:
            path += f"L{x},{y}"
        elif place + 1 < len(figures) and figures[place + 1] is not None:
            path += f"M{x},{y}"
        else:  # a point alone is drawn as a dash
            path += f"M{x - 1},{y}h2"
    return path
