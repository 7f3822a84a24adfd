"""The field `home` and its live form."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Final, Self, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from timelapse.cameras.changes import LIST_GROUP as CAMERAS_GROUP
from timelapse.cameras.graphql import Camera
from timelapse.home import queries
from timelapse.operations.graphql.run import Run
from timelapse.operations.queries import RUNS_GROUP
from timelapse.rendering.graphql.movie import Movie
from timelapse.shared import conf, progress
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.graphql import LiveUpdate, kind_of, signed_in
from timelapse.shared.live import watch
from timelapse.timelapses.actions import LIST_GROUP as TIMELAPSES_GROUP
from timelapse.timelapses.graphql import Timelapse
from timelapse.why.graphql import WhyLink

#: Minimum seconds between two messages to one viewer: everything is read again for each.
_MIN_INTERVAL_S: Final = 1.0

WallTile = Annotated[Timelapse | Camera, strawberry.union("WallTile", description="A picture of the wall.")]
Making = Annotated[Movie | Run, strawberry.union("Making", description="What is being made.")]


@strawberry.type(description="The first page: of everything what the viewer may read.")
class Home:
    """See timelapse.home.queries.Home."""

    id: strawberry.ID
    tiles: list[WallTile] = strawberry.field(
        description="Timelapses, then the cameras without one, the oldest first."
    )
    more: int = strawberry.field(description="How many tiles there are besides.")
    needs: list[WhyLink] = strawberry.field(
        description="What somebody has to look after, each with what to do about it; empty when all is well."
    )
    making: list[Making] = strawberry.field(description="Movies and runs that are being worked on.")

    @classmethod
    def from_value(cls, home: queries.Home) -> Self:
        """Convert it."""
        return cls(
            id=strawberry.ID("Home"),
            tiles=cast("list[WallTile]", list(home.tiles)),
            more=home.more,
            needs=[WhyLink.from_value(link, "Home", position) for position, link in enumerate(home.needs)],
            making=cast("list[Making]", list(home.making)),
        )


@strawberry.type
class HomeUpdate(LiveUpdate):
    """One message of `homeUpdates`."""

    changed: list[Home]


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry.field(
        description="The latest pictures, what needs somebody, and what is being made.",
        metadata=only(SIGNED_IN),
    )
    async def home(self, info: Info) -> Home:
        """Read it."""
        return Home.from_value(await sync_to_async(queries.home)(signed_in(info)))


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(
        description="The first page: a snapshot, then again at each change, and with each heartbeat.",
        metadata=only(SIGNED_IN),
    )
    async def home_updates(self, info: Info) -> AsyncGenerator[HomeUpdate, None]:
        """Read it again for each message."""
        heartbeat = conf.get().heartbeat_seconds
        user, seq = signed_in(info), 0
        groups = (CAMERAS_GROUP, TIMELAPSES_GROUP, RUNS_GROUP, progress.GROUP)
        async for event in watch(*groups, heartbeat_s=heartbeat, min_interval_s=_MIN_INTERVAL_S):
            seq += 1
            yield HomeUpdate(
                kind=kind_of(event),
                seq=seq,
                heartbeat_seconds=heartbeat,
                changed=[Home.from_value(await sync_to_async(queries.home)(user))],
            )
