"""Keograms and the strip of days: fields added to the type `Timelapse`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
import strawberry_django
from graphql import GraphQLError
from strawberry.types.base import get_object_definition

from timelapse.frames.graphql.footage import check_moments
from timelapse.rendering.keogram import pictures
from timelapse.rendering.keogram.axis import Axis
from timelapse.timelapses.graphql import Timelapse

if TYPE_CHECKING:
    from timelapse.timelapses.models import Timelapse as TimelapseModel


@strawberry.type(
    description="All days of a timelapse, at most the last thousand, as a picture: a line each, from 0:00 to "
    "24:00 by the clock of its time zone."
)
class DayStrip:
    """See timelapse.rendering.keogram.pictures.DayStrip."""

    url: str = strawberry.field(
        description="Each look at it draws some of the missing days, which changes the address."
    )
    first_day: str = strawberry.field(description="The local day of the first line, such as 2026-06-01.")
    days: int = strawberry.field(description="How many lines there are; days without a frame have one.")
    pending_days: int = strawberry.field(description="How many days are not drawn yet.")


@strawberry.type
class TimelapseKeograms:
    """Fields added to the type `Timelapse`, which itself must not import pictures of it."""

    @strawberry_django.field(
        description="A picture of a day or of hours of it: the middle column of each frame, side by side. "
        "Null without a frame; hidden ones are left out. With `&download` it has a title and the hours."
    )
    def keogram_url(
        self,
        since: Annotated[datetime, strawberry.argument(name="from")],
        until: Annotated[datetime, strawberry.argument(name="to")],
    ) -> str | None:
        """Build it."""
        check_moments(since, until)
        axis = Axis(begin=since, end=until)
        if not axis.is_possible():
            message = "A keogram shows a day at most, and ends after it begins."
            raise GraphQLError(message, extensions={"code": "bad_period"})
        return pictures.keogram_url(cast("TimelapseModel", self), axis)

    @strawberry_django.field(description="Its days as a picture; null without a frame.")
    def day_strip(self) -> DayStrip | None:
        """Describe it."""
        row = cast("TimelapseModel", self)
        strip = pictures.strip_of_days(row)
        if strip is None:
            return None
        return DayStrip(
            url=pictures.strip_url(row, strip),
            first_day=strip.first_day.isoformat(),
            days=len(strip.lines),
            pending_days=strip.pending,
        )


get_object_definition(Timelapse, strict=True).fields.extend(
    get_object_definition(TimelapseKeograms, strict=True).fields
)
