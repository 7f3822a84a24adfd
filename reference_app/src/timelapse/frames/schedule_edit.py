"""What an edit of the week makes of a schedule's windows. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from camera_agent.protocol.errors import InvalidValueError
from timelapse.frames.week_minutes import DAY, EVERY_MINUTE, DaySpan, Minutes, minutes_of, windows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.protocol.windows import Window
    from timelapse.frames.week_minutes import WeekClock

Preset = Literal["daylight", "dawn_to_dusk", "always"]

PRESETS: Final[Mapping[Preset, str]] = {
    "daylight": "sunrise..sunset",
    "dawn_to_dusk": "dawn..dusk",
    "always": "00:00..24:00",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEdit:
    """Opens or closes a span on some days of the week, 0 (Monday) to 6."""

    opens: bool
    weekdays: frozenset[int]
    span: DaySpan

    @property
    def minutes(self) -> Minutes:
        """The minutes of the week that it opens or closes."""
        begin, end = self.span
        return sum(minutes_of(day * DAY + begin, day * DAY + end) for day in self.weekdays)

    def check(self) -> None:
        """Raise InvalidValueError if it isn't one."""
        begin, end = self.span
        if self.weekdays and self.weekdays <= set(range(7)) and 0 <= begin < end <= DAY:
            return
        raise InvalidValueError(
            "A span needs days of the week, and an end after its begin.",
            "Choose at least one day, and two times from 00:00 to 24:00.",
            code="wrong_span",
        )


Edit = SpanEdit | Preset


def fixed_minutes(windows: tuple[Window, ...], clock: WeekClock) -> Minutes:
    """Return the minutes that windows of the clock leave open. Without any window it is always open."""
    if not windows:
        return EVERY_MINUTE
    return clock.minutes(window for window in windows if not window.follows_sun)


def edited(windows: tuple[Window, ...] | None, edit: SpanEdit, clock: WeekClock) -> tuple[Window, ...]:
    """Return the windows after an edit; None are those that nobody has set, of which nothing is open.

    A window that follows the sun stays as it is, except on days on which something of it is closed: there it
    becomes times of the clock, those of the week of `clock`.

    Raises:
        InvalidValueError: the edit isn't one, or would leave nothing open.
    """
    edit.check()
    fixed = 0 if windows is None else fixed_minutes(windows, clock)
    following = tuple(window for window in windows or () if window.follows_sun)
    if edit.opens:
        return (*windows_of(fixed | edit.minutes), *following)
    kept = [_untouched(window, edit, clock) for window in following]
    for window, rest in zip(following, kept, strict=True):
        fixed |= clock.minutes([replace(window, days=window.days - rest.days)])
    left = (*windows_of(fixed & ~edit.minutes), *(window for window in kept if window.days))
    if not left:
        raise InvalidValueError(
            "Nothing would be left open: the camera would never capture.",
            "Open another time before you close this one.",
            code="nothing_open",
        )
    return left


def _untouched(window: Window, edit: SpanEdit, clock: WeekClock) -> Window:
    """Return the window on those days on which the edit closes nothing of it."""
    days = (
        day
        for day in window.days
        if not edit.minutes & clock.minutes([replace(window, days=frozenset({day}))])
    )
    return replace(window, days=frozenset(days))
