"""Keograms with a title and the hours written on them, as people save them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw

from timelapse.rendering.lettering import font, missing_glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from timelapse.frames.daylight import Night
    from timelapse.rendering.keogram.axis import Axis
    from timelapse.rendering.keogram.picture import Pixels

_PAPER: Final = (255, 255, 255)
_INK: Final = (32, 38, 36)
#: Two greys of the stripes that say: there is no frame.
_STRIPES: Final = ((214, 220, 217), (232, 236, 234))
_STRIPE: Final = 8
_DAYLIGHT, _NIGHT = (244, 205, 96), (38, 50, 84)
_MARGIN: Final = 36
_TITLE, _LETTERS = 26, 17
#: Pixels of a saved picture for each of a keogram.
_SCALE: Final = 2
_BAR: Final = 8
_HOUR: Final = timedelta(hours=1)
#: So many pixels apart hours are written.
_APART: Final = 110
#: Pixels of a day's line at most, and of all lines together if they are more than one each.
_HIGHEST_LINE, _STRIP_HEIGHT = 16, 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word under a place on the axis, in shares of its length."""

    at: float
    text: str


def day_picture(
    keogram: Pixels, axis: Axis, zone: ZoneInfo, nights: Sequence[Night] | None, title: str
) -> Image.Image:
    """Return a keogram with its title, hours and nights; None for nights: the place is not known."""
    picture = _scaled(keogram, _SCALE, _SCALE)
    marks = list(hour_marks(axis, zone, most=max(picture.width // _APART, 1)))
    paper, at = _paper(picture, marks, title, bar=nights is not None)
    if nights is not None:
        draw = ImageDraw.Draw(paper)
        left, top = at[0], at[1] + picture.height
        draw.rectangle((left, top, left + picture.width - 1, top + _BAR - 1), fill=_DAYLIGHT)
        for night in nights:
            begin, end = (_share(axis, moment) * picture.width for moment in (night.begins_at, night.ends_at))
            if end > begin:
                draw.rectangle((left + begin, top, left + end - 1, top + _BAR - 1), fill=_NIGHT)
    return paper


def strip_picture(strip: Pixels, days: Sequence[str], title: str) -> Image.Image:
    """Return lines of days with a title, the hours, and beside some lines which days they are."""
    high = max(min(_STRIP_HEIGHT // len(days), _HIGHEST_LINE), 1)
    picture = _scaled(strip, _SCALE, high)
    marks = [Mark(at=hour / 24, text=f"{hour:02}:00") for hour in range(0, 25, 3)]
    names = font(_LETTERS)
    beside = round(max(names.getlength(day) for day in days)) + 10
    paper, at = _paper(picture, marks, title, beside=beside)
    draw = ImageDraw.Draw(paper)
    written = -2 * _LETTERS
    for number, day in enumerate(days):
        middle = at[1] + (number + 0.5) * high
        if middle - written >= 2 * _LETTERS:
            draw.text((at[0] - 10, middle), day, _INK, names, anchor="rm")
            written = round(middle)
    return paper


def hour_marks(axis: Axis, zone: ZoneInfo, *, most: int) -> Iterator[Mark]:
    """Yield the whole hours of the local clock on an axis, at most so many, its ends included.

    An hour that the clock leaves out isn't there; one that it shows twice is there twice.
    """
    hours = list(_hours(axis, zone))
    every = next(step for step in (1, 2, 3, 6, 12, 24, 48) if len(hours) <= most * step)
    for moment in hours:
        local = moment.astimezone(zone)
        if local.hour % every == 0:
            is_midnight = local.hour == 0 and moment == axis.end
            yield Mark(at=_share(axis, moment), text="24:00" if is_midnight else f"{local:%H:%M}")


def _hours(axis: Axis, zone: ZoneInfo) -> Iterator[datetime]:
    local = axis.begin.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    moment = axis.begin.astimezone(UTC) - past + (_HOUR if past else timedelta())
    while moment <= axis.end:
        yield moment
        moment += _HOUR


def _share(axis: Axis, moment: datetime) -> float:
    return min(max((moment - axis.begin) / (axis.end - axis.begin), 0.0), 1.0)


def _scaled(pixels: Pixels, wide: int, high: int) -> Image.Image:
    large = pixels.repeat(high, axis=0).repeat(wide, axis=1)
    rows, columns = np.indices(large.shape[:2])
    stripes = np.array(_STRIPES, np.uint8)[(rows + columns) // _STRIPE % 2]
    return Image.fromarray(np.where(large[:, :, 3:] > 0, large[:, :, :3], stripes))


def _paper(
    picture: Image.Image, marks: Sequence[Mark], title: str, *, bar: bool = False, beside: int = 0
) -> tuple[Image.Image, tuple[int, int]]:
    """Return a sheet with the picture, its title and the hours; and where the picture is on it."""
    left, top = _MARGIN + beside, 2 * _MARGIN + _TITLE
    below = (_BAR if bar else 0) + 8
    size = (left + picture.width + 2 * _MARGIN, top + picture.height + below + _LETTERS + _MARGIN)
    paper = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(paper)
    can_write = "".join(letter for letter in title if letter not in missing_glyphs(title))
    draw.text((_MARGIN, _MARGIN), can_write, _INK, font(_TITLE))
    paper.paste(picture, (left, top))
    under = top + picture.height + below
    for mark in marks:
        at = left + mark.at * picture.width
        draw.line((at, under - 8, at, under - 3), _INK)
        draw.text((at, under), mark.text, _INK, font(_LETTERS), anchor="ma")
    return paper, (left, top)
