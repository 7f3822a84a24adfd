"""The frames of a timelapse, and what is known of a period: pages, the nearest frame, counts, nights."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo
from enum import Enum
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import strawberry
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from graphql import GraphQLError
from strawberry import relay

from timelapse.frames import counts, pages
from timelapse.frames.domain import is_plausible
from timelapse.frames.graphql.frame import Frame
from timelapse.frames.pages import FrameKey, InvalidPageError, Page

if TYPE_CHECKING:
    from datetime import timedelta

    from timelapse.frames.daylight import Night as NightValue
    from timelapse.frames.models import Frame as FrameModel

#: Arguments that are called as their opposites in time; ``from`` is a keyword in Python.
From: TypeAlias = Annotated[
    datetime | None, strawberry.argument(name="from", description="Only what was captured at or after it.")
]
To: TypeAlias = Annotated[
    datetime | None, strawberry.argument(name="to", description="Only what was captured before it.")
]


@strawberry.type(description="Frames in playing order, a page of them.")
class FrameConnection:
    """A page of frames."""

    page_info: relay.PageInfo
    edges: list[relay.Edge[Frame]]
    frames: strawberry.Private[QuerySet]  # type: ignore[type-arg] # Strawberry reads it at run time
    page: strawberry.Private[Page]

    @strawberry.field(description="How many frames there are on all pages.")
    async def total_count(self) -> int:
        """Count them."""
        return await sync_to_async(pages.count)(self.frames, self.page)


@strawberry.type(description="The frame nearest to a moment.")
class NearestFrame:
    """See timelapse.frames.pages.NearestFrame."""

    frame: Frame
    distance_seconds: float = strawberry.field(
        description="Seconds from the moment to the frame; negative if the frame is earlier."
    )


@strawberry.enum(description="What frames are counted by.")
class CountBy(Enum):
    """What frames are counted by."""

    DAY = "day"
    HOUR = "hour"


@strawberry.type(description="How many frames were captured in a day or an hour of the local clock.")
class FrameCount:
    """See timelapse.frames.counts.FrameCount."""

    at: datetime = strawberry.field(description="Its beginning, with the offset of the local clock.")
    frames: int


@strawberry.type(description="From sunset to sunrise.")
class Night:
    """See timelapse.frames.daylight.Night."""

    begins_at: datetime
    ends_at: datetime

    @classmethod
    def from_value(cls, value: NightValue) -> Night:
        """Convert a value."""
        return cls(begins_at=value.begins_at, ends_at=value.ends_at)


async def frame_connection(
    frames: QuerySet[FrameModel], page: Page, *, after: str | None, before: str | None
) -> FrameConnection:
    """Read a page, after or before a cursor.

    Raises:
        GraphQLError: ``extensions.code`` is ``malformed_cursor`` or ``bad_page``.
    """
    try:
        page = replace(
            page,
            after=None if after is None else FrameKey.parse(after),
            before=None if before is None else FrameKey.parse(before),
        )
        page.check()
    except InvalidPageError as error:
        raise GraphQLError(str(error), extensions={"code": error.code}) from None
    found = await sync_to_async(pages.read_page)(frames, page)
    edges = [
        relay.Edge(cursor=FrameKey.of(frame).cursor, node=cast("Frame", frame)) for frame in found.frames
    ]
    return FrameConnection(
        page_info=relay.PageInfo(
            has_next_page=found.has_next,
            has_previous_page=found.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        edges=edges,
        frames=frames,
        page=page,
    )


async def nearest_frame(frames: QuerySet[FrameModel], time: datetime) -> NearestFrame | None:
    """Find the nearest frame.

    Raises:
        GraphQLError: the moment has no time zone or is out of bounds (``bad_moment``).
    """
    check_moments(time)
    found = await sync_to_async(pages.nearest)(frames, time)
    if found is None:
        return None
    return NearestFrame(frame=cast("Frame", found.frame), distance_seconds=found.distance.total_seconds())


async def counted(
    frames: QuerySet[FrameModel], by: CountBy, since: datetime | None, until: datetime | None, zone: tzinfo
) -> list[FrameCount]:
    """Count frames by day or hour; without limits, from the first frame to the last.

    Raises:
        GraphQLError: a moment is out of bounds (``bad_moment``), or the period is too long (``bad_period``).
    """
    check_moments(*(each for each in (since, until) if each is not None))
    longest = counts.LONGEST[by.value]
    found = await sync_to_async(_counted)(frames, by, since, until, zone, longest)
    return [FrameCount(at=each.at, frames=each.frames) for each in found]


def _counted(
    frames: QuerySet[FrameModel],
    by: CountBy,
    since: datetime | None,
    until: datetime | None,
    zone: tzinfo,
    longest: timedelta,
) -> list[counts.FrameCount]:
    span = pages.span(frames)
    if span is None:
        return []
    # Beyond the first and the last frame there is nothing to count.
    begin = span[0] if since is None else max(since, span[0])
    end = span[1] if until is None else min(until, span[1])
    if begin >= end:
        return []
    check_period(begin, end, longest)
    return counts.count_frames(frames, by.value, begin, end, zone)


def check_moments(*moments: datetime) -> None:
    """Refuse a moment without a time zone or far from all frames (``bad_moment``)."""
    if not all(map(is_plausible, moments)):
        message = "A moment needs a time zone, and a year from 1900 to 2200."
        raise GraphQLError(message, extensions={"code": "bad_moment"})


def check_period(since: datetime, until: datetime, longest: timedelta) -> None:
    """Refuse a period that is too long or ends before it begins (``bad_period``)."""
    if not since <= until <= since + longest:
        message = f"A period begins before it ends, and lasts {longest.days} days at most. Ask for less."
        raise GraphQLError(message, extensions={"code": "bad_period"})
