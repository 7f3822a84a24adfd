"""Validation of timelapses. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fsmlock import Reason

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_NAME: Final = 80

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


def validation_errors(name: str, starts_at: datetime | None, ends_at: datetime | None) -> tuple[Reason, ...]:
    """Return the reasons why a timelapse of these values is invalid; none if it is valid."""
    reasons = []
    if not name.strip():
        reasons.append(
            Reason(code="name_missing", message="A timelapse needs a name.", remedy="Type one, say: Roof.")
        )
    if len(name.strip()) > LONGEST_NAME:
        reasons.append(
            Reason(
                code="name_too_long",
                message=f"The name has {len(name.strip())} characters; {LONGEST_NAME} fit.",
                remedy="Shorten it.",
            )
        )
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        reasons.append(
            Reason(code="ends_first", message="It ends before it starts.", remedy="Exchange start and end.")
        )
    return tuple(reasons)
