"""Computes when the sun rises and sets at a place, by astral, which is imported when it is first needed."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args

from camera_agent.protocol.errors import InvalidValueError

if TYPE_CHECKING:
    import astral

SunEvent = Literal["dawn", "sunrise", "noon", "sunset", "dusk"]
#: In the order of a day.
EVENTS: Final[tuple[SunEvent, ...]] = get_args(SunEvent)
#: Degrees below the horizon at which civil twilight begins and ends.
_TWILIGHT: Final = 6.0
#: Degrees of elevation at which the sun rises: refraction and half of its diameter lift its upper edge.
_HORIZON: Final = -0.833
_DAY: Final = timedelta(days=1)


def require_astral() -> None:
    """Raise InvalidValueError, with what to install, if astral is missing."""
    try:
        import astral.sun  # noqa: F401, PLC0415 - an extra, which takes 3 MiB
    except ImportError:
        raise InvalidValueError(
            "A window that follows the sun needs astral, which is not installed.",
            "Install it: pip install 'camera-agent[sun]'.",
            code="no_astral",
        ) from None


@functools.lru_cache(maxsize=4096)  # a timeline of a year asks for each day once per bucket
def event(day: date, name: SunEvent, *, latitude: float, longitude: float) -> datetime:
    """Return the moment (UTC) of an event on a local day.

    On a day on which the sun doesn't rise or set, its events move to noon or half a day from it: a window
    from sunrise to sunset is empty in the polar night and lasts all day under the midnight sun. Algorithm:
    astral's, after the NOAA solar calculator.
    """
    import astral.sun  # noqa: PLC0415 - checked by require_astral()

    place = astral.Observer(latitude, longitude)
    noon = astral.sun.noon(place, day)
    if name == "noon":
        return noon
    early, twilight = name in {"dawn", "sunrise"}, name in {"dawn", "dusk"}
    try:
        return _on_side(_crossing(place, day, name), noon, early=early)
    except ValueError:
        up = astral.sun.elevation(place, noon) > (-_TWILIGHT if twilight else _HORIZON)
        half = _DAY / 2 if up else timedelta()
        return (noon - half if early else noon + half).astimezone(UTC)


def _crossing(place: astral.Observer, day: date, name: SunEvent) -> datetime:
    import astral.sun  # noqa: PLC0415 - checked by require_astral()

    if name == "dawn":
        return astral.sun.dawn(place, day, depression=_TWILIGHT)
    if name == "dusk":
        return astral.sun.dusk(place, day, depression=_TWILIGHT)
    return astral.sun.sunrise(place, day) if name == "sunrise" else astral.sun.sunset(place, day)


def _on_side(moment: datetime, noon: datetime, *, early: bool) -> datetime:
    """Move the event to the right side of noon: far from Greenwich astral returns a neighbouring day's."""
    begin = noon - _DAY if early else noon
    return begin + (moment - begin) % _DAY
