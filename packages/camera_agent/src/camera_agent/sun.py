"""Times of the sun, by astral (the extra `sun`), which is imported only when a schedule needs it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal

from camera_agent.errors import BadInput

SunEvent = Literal["dawn", "sunrise", "noon", "sunset", "dusk"]
EVENTS: tuple[SunEvent, ...] = ("dawn", "sunrise", "noon", "sunset", "dusk")
#: Degrees below the horizon at which civil twilight begins and ends.
TWILIGHT = 6.0
#: Degrees of the sun's centre at sunrise: refraction and half its width lift it over the horizon.
HORIZON = -0.833


def require() -> None:
    """Raise BadInput, with what to install, when astral is missing."""
    try:
        import astral.sun  # noqa: F401, PLC0415 - an extra, which costs 3 MiB
    except ImportError:
        raise BadInput(
            "A window that follows the sun needs astral, which is not installed.",
            "Install it: pip install 'camera-agent[sun]'.",
        ) from None


def event(day: date, name: SunEvent, *, latitude: float, longitude: float) -> datetime:
    """Return the moment (UTC) of an event of the sun on a local day.

    Where the sun does not rise or set on that day the events move to noon or half a day from it: a window
    from sunrise to sunset is then empty in the polar night, and the whole day under the midnight sun.
    Algorithm: astral's, after the NOAA solar calculator.
    """
    import astral.sun  # noqa: PLC0415 - checked by require()

    place = astral.Observer(latitude, longitude)
    noon = astral.sun.noon(place, day)
    try:
        if name == "noon":
            return noon
        if name in ("dawn", "dusk"):
            twilight = astral.sun.dawn if name == "dawn" else astral.sun.dusk
            return _on_side(twilight(place, day, depression=TWILIGHT), noon, early=name == "dawn")
        crossing = astral.sun.sunrise if name == "sunrise" else astral.sun.sunset
        return _on_side(crossing(place, day), noon, early=name == "sunrise")
    except ValueError:
        depth = -TWILIGHT if name in ("dawn", "dusk") else HORIZON
        up = astral.sun.elevation(place, noon) > depth
        half = timedelta(hours=12) if up else timedelta()
        return (noon - half if name in ("dawn", "sunrise") else noon + half).astimezone(UTC)


def _on_side(moment: datetime, noon: datetime, *, early: bool) -> datetime:
    """Move an event to its day: far from Greenwich astral returns that of a neighbouring day."""
    day = timedelta(days=1)
    while early and moment > noon:
        moment -= day
    while early and moment <= noon - day:
        moment += day
    while not early and moment < noon:
        moment += day
    while not early and moment >= noon + day:
        moment -= day
    return moment
