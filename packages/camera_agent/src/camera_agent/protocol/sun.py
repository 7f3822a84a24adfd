"""Computes when the sun rises and sets at a place, by astral, which is imported when it is first needed."""

from __future__ import annotations

import contextlib
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
#: From noon to midnight, and a little more, because days from noon to noon differ by up to half a minute.
_HALF_DAY: Final = timedelta(hours=12, minutes=1)
#: Degrees by which the sun may be off its height at an event, and how exactly an event is searched.
_CLOSE: Final = 0.1
_EXACT: Final = timedelta(seconds=1)


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
    early, level = name in {"dawn", "sunrise"}, -_TWILIGHT if name in {"dawn", "dusk"} else _HORIZON
    midnight = noon - _HALF_DAY if early else noon + _HALF_DAY
    if _height(place, noon) <= level:
        return noon.astimezone(UTC)
    if _height(place, midnight) > level:
        return midnight.astimezone(UTC)
    with contextlib.suppress(ValueError):
        moment = _on_side(_crossing(place, day, name), noon, early=early)
        if abs(_height(place, moment) - level) < _CLOSE:
            return moment
    # Where the sun barely rises or sets astral's approximation finds nothing, or another day's event.
    return _bisected(place, midnight, noon, level).astimezone(UTC)


def _height(place: astral.Observer, moment: datetime) -> float:
    """Return the true height of the sun's centre, degrees: `_HORIZON` contains the refraction already."""
    import astral.sun  # noqa: PLC0415 - checked by require_astral()

    return astral.sun.elevation(place, moment, with_refraction=False)


def _bisected(place: astral.Observer, below: datetime, above: datetime, level: float) -> datetime:
    """Return when, between a moment below a height and one above it, the sun is at it."""
    while abs(above - below) > _EXACT:
        middle = below + (above - below) / 2
        if _height(place, middle) > level:
            above = middle
        else:
            below = middle
    return above


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
