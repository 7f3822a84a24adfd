"""When the sun rises and sets at a place, as the cameras' agents reckon it: by astral."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, get_args

import astral
import astral.sun

SunEvent = Literal["dawn", "sunrise", "noon", "sunset", "dusk"]
#: In the order of a day.
EVENTS: Final[tuple[SunEvent, ...]] = get_args(SunEvent)
#: Degrees below the horizon at which civil twilight begins and ends.
_TWILIGHT: Final = 6.0
#: Degrees: refraction and half the sun's width lift it over the horizon before it is there.
_HORIZON: Final = -0.833
_DAY: Final = timedelta(days=1)


@functools.lru_cache(maxsize=4096)  # a year's question asks for the same days again, bucket by bucket
def event(day: date, name: SunEvent, *, latitude: float, longitude: float) -> datetime:
    """Give the moment (UTC) of an event on a local day.

    Where the sun does not rise or set on that day its events move to noon, or half a day from it: a window
    from sunrise to sunset is empty in the polar night, and the whole day under the midnight sun. Algorithm:
    astral's, after the NOAA solar calculator.
    """
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
    if name == "dawn":
        return astral.sun.dawn(place, day, depression=_TWILIGHT)
    if name == "dusk":
        return astral.sun.dusk(place, day, depression=_TWILIGHT)
    return astral.sun.sunrise(place, day) if name == "sunrise" else astral.sun.sunset(place, day)


def _on_side(moment: datetime, noon: datetime, *, early: bool) -> datetime:
    """Keep the time, on the right side of noon: far from Greenwich astral takes a neighbouring day."""
    begin = noon - _DAY if early else noon
    return begin + (moment - begin) % _DAY
