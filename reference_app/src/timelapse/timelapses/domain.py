"""Validation of timelapses, and their times by the clock of a camera. Pure."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import sentence
from timelapse.cameras.timelapse_offer import LONGEST_NAME, LONGEST_NOTES

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

#: The largest values of a retention: days, and the frames of which one is kept.
MOST_DAYS: Final = 36_500
MOST_EVERY: Final = 10_000
#: Timelapses that a camera may have, archived ones included: a frame belongs to no more than these.
MOST_OF_A_CAMERA: Final = 200

#: The speeds of movies that are offered, in frames per second, and the one that is chosen at first.
SPEEDS: Final = (12, 24, 30, 60)
SPEED: Final = 30
#: The sizes of movies that are offered beside that of their pictures: width and height in pixels.
SIZES: Final = ((640, 360), (1280, 720), (1920, 1080))

#: The named sets of options for movies, as they are offered; rendering says what each of them does.
PRESET_LABELS: Final = {
    "plain": "Every picture as it is",
    "construction_site": "Construction site: weekdays by day, dated",
    "sky": "Sky: even light, dated",
    "plants": "Plants: even light, without the nights",
    "share": "Share: at most 30 seconds",
}

#: How often a latest movie is rendered at most, by the seconds in between.
LATEST_EVERY: Final = {
    15 * 60: "15 minutes",
    3600: "hour",
    6 * 3600: "6 hours",
    24 * 3600: "day",
}
#: The sets of options that show a frame alike, whatever comes after it: a movie of more frames costs the new
#: ones alone.
LATEST_PRESETS: Final = ("plain", "construction_site", "sky", "plants")


def validation_errors(
    name: str, starts_at: datetime | None, ends_at: datetime | None, notes: str = ""
) -> tuple[Reason, ...]:
    """Return the reasons why a timelapse of these values is invalid; none if it is valid.

    The ``params`` of each name its field.
    """
    reasons = []
    if not name.strip():
        reasons.append(
            Reason(
                code="name_missing",
                message="A timelapse needs a name.",
                remedy="Type one, say: Roof.",
                params={"field": "name"},
            )
        )
    if len(name.strip()) > LONGEST_NAME:
        reasons.append(
            Reason(
                code="name_too_long",
                message=sentence(
                    "The name has %(count)s characters; %(most)s fit.",
                    count=len(name.strip()),
                    most=LONGEST_NAME,
                ),
                remedy="Shorten it.",
                params={"field": "name"},
            )
        )
    if len(notes) > LONGEST_NOTES:
        reasons.append(
            Reason(
                code="notes_too_long",
                message=sentence(
                    "The notes have %(count)s characters; %(most)s fit.", count=len(notes), most=LONGEST_NOTES
                ),
                remedy="Shorten them.",
                params={"field": "notes"},
            )
        )
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        reasons.append(
            Reason(
                code="ends_first",
                message="It ends before it starts.",
                remedy="Exchange start and end.",
                params={"field": "ends_at"},
            )
        )
    return tuple(reasons)


def by_clock(at: datetime | None, zone: tzinfo) -> datetime | None:
    """Return a moment as a clock of the time zone shows it, in whole seconds."""
    return None if at is None else at.astimezone(zone).replace(tzinfo=None, microsecond=0)


def moment(shown: datetime | None, zone: tzinfo, before: datetime | None = None) -> datetime | None:
    """Return the moment that a clock of the time zone shows.

    A clock that is put back shows an hour twice, and no fractions of a second: a value that is still what
    ``before`` looks like means ``before``; any other means the first of two moments.
    """
    if shown is None or shown == by_clock(before, zone):
        return None if shown is None else before
    return shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
