"""What is shown and saved of a timelapse: the keogram of a day, and the strip of its days."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from PIL import Image

from timelapse.cameras.configuration import current_configurations
from timelapse.frames.daylight import nights
from timelapse.rendering.keogram.axis import Axis
from timelapse.rendering.keogram.chosen import Chosen, choose, content_of, contents_of_days
from timelapse.rendering.keogram.columns import draw, line_of
from timelapse.rendering.keogram.labelled import day_picture, strip_picture
from timelapse.rendering.keogram.picture import NO_LINE, line_of_day, strip_of
from timelapse.rendering.queries import safe_name
from timelapse.timelapses.queries import timelapse_by_id

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from timelapse.frames.daylight import Night
    from timelapse.rendering.keogram.picture import Pixels
    from timelapse.timelapses.models import Timelapse

#: Days of a strip that are drawn for one look at it; the next look draws more.
DRAWN_AT_ONCE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Keogram:
    """A keogram that can be drawn. None for nights: the place of the camera is not known."""

    chosen: Chosen
    nights: list[Night] | None
    title: str
    #: Under which it is saved.
    name: str

    def shown(self) -> bytes:
        """Return it as a PNG, transparent where no frame is. Without the database."""
        return _png(Image.fromarray(draw(self.chosen)))

    def saved(self) -> bytes:
        """Return it as a PNG with title, hours and nights. Without the database."""
        axis, zone = self.chosen.axis, self.chosen.zone
        return _png(day_picture(draw(self.chosen), axis, zone, self.nights, self.title))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStrip:
    """The days of a timelapse, each with its line if that is drawn, and those to draw now."""

    lines: dict[Axis, Pixels | None]
    zone: ZoneInfo
    tag: str
    title: str
    #: Under which it is saved.
    name: str
    drawable: list[Chosen] = field(default_factory=list)

    @property
    def pending(self) -> int:
        """How many days are not drawn yet."""
        return sum(line is None for line in self.lines.values())

    @property
    def first_day(self) -> date:
        """The local day of the first line."""
        return _day_of(next(iter(self.lines)), self.zone)

    def shown(self) -> bytes:
        """Return it as a PNG of a pixel for each day, transparent where no frame is. Without the database."""
        return _png(Image.fromarray(strip_of(list(self._drawn().values()))))

    def saved(self) -> bytes:
        """Return it as a PNG with title, days and hours. Without the database."""
        drawn = self._drawn()
        days = [f"{_day_of(day, self.zone):%Y-%m-%d}" for day in drawn]
        return _png(strip_picture(strip_of(list(drawn.values())), days, self.title))

    def _drawn(self) -> dict[Axis, Pixels | None]:
        new = {chosen.axis: line_of_day(draw(chosen), chosen.axis, self.zone) for chosen in self.drawable}
        return {day: new.get(day, line) for day, line in self.lines.items()}


def keogram_url(timelapse: Timelapse, axis: Axis) -> str | None:
    """Return the URL of a keogram, another one when its frames are others; None without a frame."""
    content = content_of(timelapse, axis)
    if content.frames == 0:
        return None
    begin, end = (int(moment.timestamp()) for moment in (axis.begin, axis.end))
    return f"/media/keograms/{timelapse.pk}/{begin}-{end}.png?v={_short(content.tag)}"


def strip_url(timelapse: Timelapse, strip: DayStrip) -> str:
    """Return the URL of a strip, another one when there is more to see."""
    return f"/media/day-strips/{timelapse.pk}.png?v={_short(f'{strip.tag} {strip.pending}')}"


def find_keogram(timelapse: int, begin: datetime, end: datetime) -> Keogram | None:
    """Find what a keogram shows; None without the timelapse, and for what is no stretch of a day."""
    axis, found = Axis(begin=begin, end=end), timelapse_by_id(timelapse)
    if found is None or not axis.is_possible():
        return None
    zone = found.zone
    chosen = choose(found, axis, zone)
    settings = current_configurations([found.camera_id])[found.camera_id].settings
    begins, ends = axis.begin.astimezone(zone), axis.end.astimezone(zone)
    title, name = f"{found.name} · {begins:%a}, {begins.day} {begins:%b %Y}", f"{begins:%Y-%m-%d}"
    if not chosen.is_day:
        title, name = f"{title} · {begins:%H:%M} to {ends:%H:%M}", f"{name} {begins:%H.%M}-{ends:%H.%M}"
    return Keogram(
        chosen=chosen,
        nights=nights(settings, zone, axis.begin, axis.end),
        title=title,
        name=f"{_file_name_of(found)} {name} keogram.png",
    )


def find_strip(timelapse: int) -> DayStrip | None:
    """Find what the strip of days shows, and the frames of `DRAWN_AT_ONCE` days that are not drawn yet.

    Takes three queries for each of these days, which are the newest ones, and a few. None without the
    timelapse, or without a frame.
    """
    found = timelapse_by_id(timelapse)
    strip = None if found is None else strip_of_days(found)
    if found is None or strip is None:
        return None
    pending = [day for day, line in strip.lines.items() if line is None]
    return replace(
        strip, drawable=[choose(found, day, strip.zone) for day in reversed(pending[-DRAWN_AT_ONCE:])]
    )


def strip_of_days(timelapse: Timelapse) -> DayStrip | None:
    """Return the days of a timelapse with the lines that are drawn; None without a frame."""
    zone = timelapse.zone
    contents = contents_of_days(timelapse, zone)
    if not contents:
        return None
    lines = {
        day: line_of(timelapse.pk, day, content) if content.frames else NO_LINE
        for day, content in contents.items()
    }
    first, last = (_day_of(day, zone) for day in (next(iter(contents)), next(reversed(contents))))
    days = f"{first}" if first == last else f"{first} to {last}"
    return DayStrip(
        lines=lines,
        zone=zone,
        tag=" ".join(content.tag for content in contents.values()),
        title=f"{timelapse.name} · {days}",
        name=f"{_file_name_of(timelapse)} {days} days.png",
    )


def _file_name_of(timelapse: Timelapse) -> str:
    return safe_name(timelapse.name) or "Timelapse"


def _day_of(day: Axis, zone: ZoneInfo) -> date:
    return day.begin.astimezone(zone).date()


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=3)
    return written.getvalue()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
