"""The week of a camera's schedule: when it is open, where the sun is, and what an edit makes of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from camera_agent.protocol import reading
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.settings import Schedule
from camera_agent.protocol.windows import Window
from timelapse.frames.schedule_edit import PRESETS, Edit, Preset, edited, fixed_minutes
from timelapse.frames.week_minutes import DaySpan, WeekClock, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What a week depends on. Other settings may be wrong or unfinished.
_NAMES: Final = ("windows", "timezone", "latitude", "longitude")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDay:
    """One day, as spans of its minutes, sorted and disjoint."""

    day: date
    open: tuple[DaySpan, ...]
    #: What of it windows open that follow the sun.
    follows_sun: tuple[DaySpan, ...]
    #: From sunrise to sunset, and from dawn to dusk; None if the place is not known.
    daylight: tuple[DaySpan, ...] | None
    twilight: tuple[DaySpan, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePreset:
    """Windows that are often chosen, whether they are the current ones, and why they can't be chosen."""

    name: Preset
    windows: str
    chosen: bool
    problem: InvalidValueError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWeek:
    """A week of a schedule, after an edit if there was one."""

    #: None: the server sets none, so that those in the agent's own file apply, which it doesn't know.
    windows: tuple[str, ...] | None
    #: Monday to Sunday; None while the settings can't be read.
    days: tuple[ScheduleDay, ...] | None
    presets: tuple[SchedulePreset, ...]
    #: Why the settings can't be read, or why the edit changed nothing.
    problems: tuple[InvalidValueError, ...]


def week_of(
    schedule: Mapping[str, object] | None, edit: Edit | None = None, *, timezone: str, now: datetime
) -> ScheduleWeek:
    """Return the week in which `now` is, of a schedule as it is stored, or None if it is not set.

    `timezone` is that of the agent, for a schedule without one.
    """
    values = {name: schedule[name] for name in _NAMES if schedule and schedule.get(name) is not None}
    unset, refused = schedule is None, None
    if edit is not None:
        try:
            values["windows"] = _edited(values, edit, unset=unset, timezone=timezone, now=now)
            unset = False
        except InvalidValueError as error:
            refused = error
    problems = tuple(_problems(values))
    read = None if problems else reading.read(Schedule, values)
    return ScheduleWeek(
        windows=None if unset else _texts(values),
        days=None if read is None else tuple(_days(read, unset=unset, timezone=timezone, now=now)),
        presets=tuple(_preset(name, values, None if unset else read) for name in PRESETS),
        problems=problems if refused is None else (refused,),
    )


def _edited(
    values: Mapping[str, object], edit: Edit, *, unset: bool, timezone: str, now: datetime
) -> tuple[str, ...]:
    """Return the windows after an edit, as texts. InvalidValueError if it can't be made."""
    if isinstance(edit, str):
        texts: tuple[str, ...] = (PRESETS[edit],)
    else:
        read = reading.read(Schedule, values, path="schedule")
        clock = _clock(read, timezone, now)
        texts = tuple(window.text for window in edited(None if unset else read.parsed(), edit, clock))
    reading.read(Schedule, {**values, "windows": texts}, path="schedule")
    return texts


def _clock(schedule: Schedule, timezone: str, now: datetime) -> WeekClock:
    place = schedule.place(timezone)
    today = place.local_day(now)
    return WeekClock(today - timedelta(days=today.weekday()), place)


def _days(schedule: Schedule, *, unset: bool, timezone: str, now: datetime) -> Iterator[ScheduleDay]:
    clock, windows = _clock(schedule, timezone, now), schedule.parsed()
    follows = clock.minutes(window for window in windows if window.follows_sun)
    is_open = 0 if unset else fixed_minutes(windows, clock) | follows
    known = not (schedule.latitude == schedule.longitude == 0.0)
    light, twilight = (
        clock.minutes([Window.of(PRESETS[name])]) if known else None for name in ("daylight", "dawn_to_dusk")
    )
    for weekday in range(7):
        yield ScheduleDay(
            day=clock.monday + timedelta(days=weekday),
            open=spans_of(is_open, weekday),
            follows_sun=spans_of(follows, weekday),
            daylight=None if light is None else spans_of(light, weekday),
            twilight=None if twilight is None else spans_of(twilight, weekday),
        )


def _preset(name: Preset, values: Mapping[str, object], schedule: Schedule | None) -> SchedulePreset:
    window = Window.of(PRESETS[name])
    current = None if schedule is None else schedule.parsed() or (Window.of(PRESETS["always"]),)
    return SchedulePreset(
        name=name,
        windows=PRESETS[name],
        chosen=current == (window,),
        problem=next(_problems({**values, "windows": (PRESETS[name],)}), None),
    )


def _problems(values: Mapping[str, object]) -> Iterator[InvalidValueError]:
    return reading.problems(Schedule, values, path="schedule")


def _texts(values: Mapping[str, object]) -> tuple[str, ...]:
    windows = values.get("windows")
    return tuple(map(str, windows)) if isinstance(windows, list | tuple) else ()
