"""The settings of a camera that people change on the server: tables, fields, ranges, choices, units and help.

Each field has its bounds, label, unit and help in its type. The agent's TOML, the server's GraphQL and the
form on the page are made from here.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from msgspec import Meta, Struct

from camera_agent.protocol import sun, windows
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.windows import Place, Window, is_timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camera_agent.protocol.windows import Span

ALWAYS: Final[Span] = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
#: Moments are within these years: a clock that was never set starts at 1970.
YEARS: Final = range(1970, 2101)
#: How long an evaluated schedule is reused: windows repeat within a week, and begin up to two days before.
_CHUNK: Final = timedelta(days=7)
_BEFORE: Final = timedelta(days=2)
#: A timeline covers at most this many days.
_MOST_DAYS: Final = 1200

ExposureMode = Literal["auto", "locked", "ramp"]
DeliveryTime = Literal["at_once", "windows", "asked"]
PreviewMode = Literal["never", "behind", "always"]

WindowText = Annotated[str, Meta(max_length=100)]
Windows = Annotated[tuple[WindowText, ...], Meta(max_length=24)]
Seconds = Annotated[float, Meta(ge=0, le=3600)]
#: A day or a moment, as `2026-12-24` or `2026-12-24T18:00`; empty: no limit.
DayText = Annotated[str, Meta(max_length=40)]


class Schedule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When, within its interval, a camera captures. The default is always."""

    windows: Annotated[
        Windows,
        Meta(
            title="Windows",
            description="One per line, for example mon-fri 06:30..20:00 or sunrise-30m..sunset+30m. "
            "Empty: always.",
        ),
    ] = ()
    timezone: Annotated[
        str,
        Meta(
            max_length=64,
            title="Time zone",
            description="The time zone of the windows, for example Europe/Zurich. Empty: the agent's own.",
        ),
    ] = ""
    latitude: Annotated[
        float,
        Meta(
            ge=-90,
            le=90,
            title="Latitude",
            description="Degrees north, for sunrise and sunset.",
        ),
    ] = 0.0
    longitude: Annotated[
        float,
        Meta(
            ge=-180,
            le=180,
            title="Longitude",
            description="Degrees east, for sunrise and sunset.",
        ),
    ] = 0.0
    start: Annotated[DayText, Meta(title="First day", description="YYYY-MM-DD. Empty: at once.")] = ""
    end: Annotated[DayText, Meta(title="Last day", description="YYYY-MM-DD. Empty: no end.")] = ""
    burst: Annotated[int, Meta(ge=1, le=100, title="Burst", description="Captures per burst. Empty: 1.")] = 1
    burst_s: Annotated[
        float,
        Meta(
            ge=0.05,
            le=3600,
            title="Burst spacing",
            description="Between captures of a burst. Empty: 1.",
            extra_json_schema={"unit": "seconds"},
        ),
    ] = 1.0
    bulb_s: Annotated[
        Seconds,
        Meta(
            title="Bulb exposure",
            description="Of each capture, by the camera's bulb mode. Empty: none.",
            extra_json_schema={"unit": "seconds"},
        ),
    ] = 0.0

    def check(self) -> Iterator[InvalidValueError]:
        """Yield what is wrong beyond the bounds of single values."""
        if self.timezone and not is_timezone(self.timezone):
            yield InvalidValueError(
                f"There is no time zone {self.timezone!r}.", "Write it as 'Europe/Zurich'.", path="timezone"
            )
            return
        try:
            self._check_days()
        except InvalidValueError as error:
            yield error
        try:
            self._check_windows()
        except InvalidValueError as error:
            yield error if error.path else error.at("windows")

    def parsed(self) -> tuple[Window, ...]:
        """Return the windows as values. InvalidValueError for one that isn't valid."""
        return windows.parse(self.windows)

    def place(self, timezone: str = "") -> Place:
        """Return time zone and place; `timezone` is used if the schedule has none."""
        return Place(timezone=self.timezone or timezone, latitude=self.latitude, longitude=self.longitude)

    def limits(self, timezone: str = "") -> Span:
        """Return the first and the last moment, by the clock of the time zone."""
        place = self.place(timezone)
        return (
            moment_of(self.start, place, after=False) or ALWAYS[0],
            moment_of(self.end, place, after=True) or ALWAYS[1],
        )

    def open_periods(self, since: datetime, until: datetime, *, timezone: str = "") -> list[Span]:
        """Return the periods between two moments in which the camera captures, sorted and disjoint."""
        first, last = self.limits(timezone)
        since, until = max(since, first), min(until, last)
        if since >= until:
            return []
        if not self.windows:
            return [(since, until)]
        place = self.place(timezone)
        day = place.local_day(since) - _BEFORE
        days = min((until - since) // timedelta(days=1) + 5, _MOST_DAYS)
        found = _merged_spans(self, place, day, days)
        return [(max(begin, since), min(end, until)) for begin, end in found if begin < until and end > since]

    def _check_days(self) -> None:
        first = _checked_moment(self.start, "start", self.place(), after=False)
        last = _checked_moment(self.end, "end", self.place(), after=True)
        if first is not None and last is not None and last <= first:
            message = f"The end {self.end!r} is not after the start {self.start!r}."
            raise InvalidValueError(message, "Swap them?", path="end")

    def _check_windows(self) -> None:
        if any(one.follows_sun for one in self.parsed()):
            sun.require_astral()
            if self.latitude == self.longitude == 0.0:
                raise InvalidValueError(
                    "A window that follows the sun needs a place.",
                    "Set latitude and longitude in degrees.",
                    code="no_place",
                )


class ExposureSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How captures are exposed. The default leaves it to the camera."""

    mode: Annotated[
        ExposureMode,
        Meta(
            title="Exposure mode",
            description="Ramp follows the light smoothly at dawn and dusk.",
            extra_json_schema={"labels": {"auto": "Auto", "locked": "Locked", "ramp": "Ramp"}},
        ),
    ] = "auto"
    shutter_s: Annotated[
        Seconds,
        Meta(
            title="Shutter time",
            description="For locked exposure. Empty: what the camera chooses for its first picture.",
            extra_json_schema={"unit": "seconds"},
        ),
    ] = 0.0
    gain: Annotated[
        float,
        Meta(
            ge=0,
            le=1024,
            title="Gain",
            description="For locked exposure, a factor: ISO 100 is 1. Empty: what the camera chooses.",
        ),
    ] = 0.0
    target: Annotated[
        float,
        Meta(
            ge=0.01,
            le=0.7,
            title="Target brightness",
            description="For a ramp, mean linear brightness: middle grey is 0.18. Empty: 0.18.",
        ),
    ] = 0.18
    night_stops: Annotated[
        float,
        Meta(
            ge=0,
            le=6,
            title="Darker nights",
            description="For a ramp: nights may be darker than days by this much. Empty: 1.5.",
            extra_json_schema={"unit": "stops"},
        ),
    ] = 1.5
    step_stops: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            title="Largest step",
            description="For a ramp, from frame to frame. Empty: chosen by the interval.",
            extra_json_schema={"unit": "stops"},
        ),
    ] = 0.0
    longest_s: Annotated[
        Seconds,
        Meta(
            title="Longest shutter time",
            description="For a ramp, before the gain is raised. Empty: as the camera allows.",
            extra_json_schema={"unit": "seconds"},
        ),
    ] = 0.0
    highest_gain: Annotated[
        float,
        Meta(
            ge=0,
            le=1024,
            title="Highest gain",
            description="For a ramp. Empty: as the camera allows.",
        ),
    ] = 0.0

    def check(self) -> Iterator[InvalidValueError]:
        """Yield nothing: single values are the only source of errors."""
        return iter(())


class DeliverySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When and how captures are delivered. The default is at once."""

    when: Annotated[
        DeliveryTime,
        Meta(
            title="Deliver",
            description="On request: with the Deliver now button, or at the camera.",
            extra_json_schema={
                "labels": {"at_once": "Immediately", "windows": "In windows", "asked": "On request"}
            },
        ),
    ] = "at_once"
    windows: Annotated[
        Windows,
        Meta(
            title="Delivery windows",
            description="One per line, in the agent's local time: 22:00..06:00.",
        ),
    ] = ()
    networks: Annotated[
        Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=24)],
        Meta(title="Networks", description="Interfaces or Wi-Fi names, one per line. Empty: any."),
    ] = ()
    rate_kib_s: Annotated[
        float,
        Meta(
            ge=0,
            le=10_000_000,
            title="Limit",
            description="Upload rate. Empty: no limit.",
            extra_json_schema={"unit": "KiB/s"},
        ),
    ] = 0.0
    parallel: Annotated[int, Meta(ge=1, le=8, title="Parallel uploads", description="Empty: 1.")] = 1
    ordered: Annotated[
        bool,
        Meta(
            title="Order",
            description="Strict: a capture that fails holds up all later ones.",
            extra_json_schema={"labels": {"false": "Flexible", "true": "Strict"}},
        ),
    ] = False
    previews: Annotated[
        PreviewMode,
        Meta(
            title="Previews",
            description="Small copies that are sent ahead of the originals.",
            extra_json_schema={
                "labels": {"never": "Never", "behind": "While captures wait", "always": "Always"}
            },
        ),
    ] = "behind"

    def check(self) -> Iterator[InvalidValueError]:
        """Yield what is wrong beyond the bounds of single values."""
        try:
            parsed = windows.parse(self.windows)
        except InvalidValueError as error:
            yield error.at("windows")
            return
        if any(one.follows_sun for one in parsed):
            message = "Delivery windows can't follow the sun: they have no place."
            yield InvalidValueError(message, "Write times, as 22:00..06:00.", path="windows")
        if self.when == "windows" and not self.windows:
            yield InvalidValueError(
                "There are no windows to deliver in.", "Add some.", code="no_windows", path="when"
            )


class CameraSettings(Struct, frozen=True, kw_only=True):
    """The settings of a camera; a table that is None leaves that of the agent's own file in place."""

    interval_s: Annotated[
        float,
        Meta(
            ge=0.1,
            le=86_400,
            title="Interval",
            description="Time from one capture to the next.",
            extra_json_schema={"unit": "seconds"},
        ),
    ]
    schedule: Schedule | None = None
    exposure: ExposureSettings | None = None
    delivery: DeliverySettings | None = None

    def check(self) -> Iterator[InvalidValueError]:
        """Yield settings that can't work together."""
        schedule, exposure = self.schedule or Schedule(), self.exposure or ExposureSettings()
        return conflicts(self.interval_s, schedule, exposure)


def conflicts(
    interval_s: float, schedule: Schedule, exposure: ExposureSettings
) -> Iterator[InvalidValueError]:
    """Yield settings that can't work together."""
    if (schedule.burst - 1) * schedule.burst_s >= interval_s:
        yield InvalidValueError(
            f"{schedule.burst} captures {schedule.burst_s:g} s apart don't fit into {interval_s:g} s.",
            "Make interval_s longer, or burst or burst_s smaller.",
            code="burst_too_long",
            path="schedule.burst",
        )
    for path, seconds in (("schedule.bulb_s", schedule.bulb_s), ("exposure.shutter_s", exposure.shutter_s)):
        if seconds >= interval_s:
            yield InvalidValueError(
                f"An exposure of {seconds:g} s does not fit into an interval of {interval_s:g} s.",
                "Make interval_s longer.",
                code="exposure_too_long",
                path=path,
            )
    if schedule.bulb_s and exposure.mode != "auto":
        yield InvalidValueError(
            f"Each capture can't expose for {schedule.bulb_s:g} s and be {exposure.mode!r} as well.",
            "Leave out bulb_s, or set exposure.mode to 'auto'.",
            code="two_exposures",
            path="schedule.bulb_s",
        )


def moment_of(text: str, place: Place, *, after: bool) -> datetime | None:
    """Parse a day or a moment; a day ends when `after` is set, else it begins. None for an empty text.

    Raises:
        InvalidValueError: the text is neither, or outside of `YEARS`.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise InvalidValueError(
            f"{text[:40]!r} is no day and no moment.", "Write it as 2026-12-24 or 2026-12-24T18:00."
        ) from None
    if moment.year not in YEARS:
        raise InvalidValueError(
            f"{text[:40]!r} is outside of the years {YEARS[0]} to {YEARS[-1]}.",
            "Leave it empty for no limit.",
        )
    if not re.search("[T ]", text):
        return place.at(moment.date() + timedelta(days=int(after)), timedelta())
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return place.at(moment.date(), moment - datetime.combine(moment.date(), time()))


def _checked_moment(text: str, path: str, place: Place, *, after: bool) -> datetime | None:
    try:
        return moment_of(text, place, after=after)
    except InvalidValueError as error:
        raise error.at(path) from None


@functools.lru_cache(maxsize=128)
def _merged_spans(schedule: Schedule, place: Place, day: date, days: int) -> tuple[Span, ...]:
    return tuple(windows.merged(windows.spans(schedule.parsed(), place, day, days)))
