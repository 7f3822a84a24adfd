"""Live updates of a timelapse: its new frames and movies."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

from timelapse.frames.graphql import Frame
from timelapse.frames.models import Frame as FrameModel
from timelapse.rendering.graphql.movie import Movie, newest_edge, set_published_progress
from timelapse.rendering.queries import movie_by_id
from timelapse.shared import conf, progress
from timelapse.shared.graphql import UpdateKind, signed_in
from timelapse.shared.live import needs_snapshot, watch
from timelapse.timelapses.actions import group_of
from timelapse.timelapses.graphql import Timelapse, footage_of, get_timelapse, latest_edge

if TYPE_CHECKING:
    from timelapse.shared.live import Event
    from timelapse.timelapses.models import Timelapse as TimelapseModel


@strawberry.type
class TimelapseUpdate:
    """One message of `timelapseUpdates`."""

    kind: UpdateKind
    seq: int
    beat_seconds: float
    timelapse: Timelapse
    new_frames: list[relay.Edge[Frame]]
    new_movies: list[relay.Edge[Movie]]
    movie: Movie | None = strawberry.field(description="The movie that changed or made progress, if one did.")


@strawberry.type
class Subscription:
    """Subscriptions of this app."""

    @strawberry.subscription(
        description="A timelapse: a snapshot, then its new frames and changes of its movies."
    )
    async def timelapse_updates(
        self,
        info: Info,
        id: relay.GlobalID,  # noqa: A002 - the schema's name
    ) -> AsyncGenerator[TimelapseUpdate, None]:
        """Load the timelapse again at each change."""
        await sync_to_async(signed_in)(info)
        timelapse = await get_timelapse(id)
        beat = conf.get().beat_seconds
        seq = 0
        async for event in watch(group_of(timelapse.pk), heartbeat_s=beat):
            seq += 1
            if event is None or progress.state_in(event) is None:  # progress leaves the timelapse as it is
                timelapse = await get_timelapse(id)
            frames, movies, movie = await _changes(info, timelapse, event or {})
            yield TimelapseUpdate(
                kind=_kind(event),
                seq=seq,
                beat_seconds=beat,
                timelapse=cast("Timelapse", timelapse),
                new_frames=frames,
                new_movies=movies,
                movie=movie,
            )


def _kind(event: Event | None) -> UpdateKind:
    if event is None:
        return UpdateKind.BEAT
    return UpdateKind.SNAPSHOT if needs_snapshot(event) else UpdateKind.DELTA


async def _changes(
    info: Info, timelapse: TimelapseModel, event: Event
) -> tuple[list[relay.Edge[Frame]], list[relay.Edge[Movie]], Movie | None]:
    if "frame" in event:
        frame = await FrameModel.objects.filter(pk=cast("int", event["frame"])).afirst()
        count = (await footage_of(info, timelapse)).frame_count
        return ([] if frame is None else [latest_edge(frame, count)]), [], None
    if "movie" in event:
        row = await sync_to_async(movie_by_id)(cast("int", event["movie"]))
        if row is not None:
            set_published_progress(row, progress.state_in(event))
            return [], ([newest_edge(row)] if event.get("new") else []), cast("Movie", row)
    return [], [], None
