"""The week of a camera's schedule, and its edits, for the page."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Self

import strawberry
from graphql import GraphQLError

from fsmlock.adapters.graphql import Reason
from timelapse.cameras.settings import reason_of
from timelapse.frames import schedule_edit, schedule_week
from timelapse.frames.week_minutes import DaySpan as DaySpanValue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from camera_agent.protocol.errors import InvalidValueError


@strawberry.enum(
    description="Windows that are often chosen: from sunrise to sunset, from dawn to dusk, or always."
)
class SchedulePresetName(Enum):
    """See timelapse.frames.schedule_edit.PRESETS."""

    DAYLIGHT = "daylight"
    DAWN_TO_DUSK = "dawn_to_dusk"
    ALWAYS = "always"


@strawberry.input(description="The same span of some days of the week.")
class ScheduleSpan:
    """See timelapse.frames.schedule_edit.SpanEdit."""

    weekdays: list[int] = strawberry.field(description="0 (Monday) to 6.")
    begin_minute: int = strawberry.field(description="Minutes from 00:00 of the local day on, 0 to 1439.")
    end_minute: int = strawberry.field(description="Up to here, 1 to 1440.")


@strawberry.input(description="One change of a week's windows: exactly one of the fields.")
class ScheduleEdit:
    """See timelapse.frames.schedule_edit.Edit."""

    open: ScheduleSpan | None = None
    close: ScheduleSpan | None = None
    preset: SchedulePresetName | None = None

    def to_value(self) -> schedule_edit.Edit:
        """Convert it.

        Raises:
            GraphQLError: it has none of its fields, or several (``extensions.code`` is ``wrong_edit``).
        """
        given = [each for each in (self.open, self.close, self.preset) if each is not None]
        if len(given) != 1:
            message = "An edit is one of open, close and preset."
            raise GraphQLError(message, extensions={"code": "wrong_edit"})
        if isinstance(given[0], SchedulePresetName):
            return given[0].value
        return schedule_edit.SpanEdit(
            opens=self.open is not None,
            weekdays=frozenset(given[0].weekdays),
            span=DaySpanValue(given[0].begin_minute, given[0].end_minute),
        )


@strawberry.type(description="A part of a day, minutes of the camera's clock.")
class DaySpan:
    """See timelapse.frames.week_minutes.DaySpan."""

    begin_minute: int
    end_minute: int

    @classmethod
    def from_values(cls, values: Iterable[DaySpanValue]) -> list[Self]:
        """Convert values."""
        return [cls(begin_minute=begin, end_minute=end) for begin, end in values]


@strawberry.type(description="One day of a schedule's week. Its lists are sorted, and their spans disjoint.")
class ScheduleDay:
    """See timelapse.frames.schedule_week.ScheduleDay."""

    day: date
    open: list[DaySpan] = strawberry.field(description="When the camera captures.")
    follows_sun: list[DaySpan] = strawberry.field(
        description="When it does so by windows that follow the sun: they move from day to day."
    )
    daylight: list[DaySpan] | None = strawberry.field(
        description="From sunrise to sunset; null if the place is not known."
    )
    twilight: list[DaySpan] | None = strawberry.field(description="From dawn to dusk, likewise.")

    @classmethod
    def from_value(cls, value: schedule_week.ScheduleDay) -> Self:
        """Convert a value."""
        return cls(
            day=value.day,
            open=DaySpan.from_values(value.open),
            follows_sun=DaySpan.from_values(value.follows_sun),
            daylight=None if value.daylight is None else DaySpan.from_values(value.daylight),
            twilight=None if value.twilight is None else DaySpan.from_values(value.twilight),
        )


@strawberry.type(description="A preset of a schedule's windows.")
class SchedulePreset:
    """See timelapse.frames.schedule_week.SchedulePreset."""

    name: SchedulePresetName
    windows: str
    chosen: bool
    problem: Reason | None = strawberry.field(description="Why it can't be chosen, such as without a place.")

    @classmethod
    def from_value(cls, value: schedule_week.SchedulePreset) -> Self:
        """Convert a value."""
        return cls(
            name=SchedulePresetName(value.name),
            windows=value.windows,
            chosen=value.chosen,
            problem=None if value.problem is None else _reason(value.problem),
        )


@strawberry.type(description="This week by the windows of a schedule, after an edit if there was one.")
class ScheduleWeek:
    """See timelapse.frames.schedule_week.ScheduleWeek."""

    timezone: str | None = strawberry.field(
        description="The time zone of the windows; null if it was never reported: then the sun is in UTC."
    )
    windows: str | None = strawberry.field(
        description="The windows, one per line, for the field `schedule.windows`. Null if none are set: then "
        "those in the agent's own file apply, which the server doesn't know."
    )
    days: list[ScheduleDay] | None = strawberry.field(
        description="Monday to Sunday; null while the settings can't be read."
    )
    presets: list[SchedulePreset]
    problems: list[Reason] = strawberry.field(
        description="Why the settings can't be read, or why the edit changed nothing."
    )

    @classmethod
    def from_value(cls, value: schedule_week.ScheduleWeek, timezone: str | None) -> Self:
        """Convert a value."""
        return cls(
            timezone=timezone,
            windows=None if value.windows is None else "\n".join(value.windows),
            days=None if value.days is None else [ScheduleDay.from_value(day) for day in value.days],
            presets=[SchedulePreset.from_value(preset) for preset in value.presets],
            problems=[_reason(problem) for problem in value.problems],
        )


def _reason(problem: InvalidValueError) -> Reason:
    return Reason.from_value(reason_of(problem))
