"""Mutations: render a timelapse with options of one's own, and delete what has movies."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

import fsmlock
from timelapse.rendering import actions
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.graphql.deletions import Deletions
from timelapse.rendering.graphql.movie import Movie
from timelapse.rendering.graphql.options import FrameSelectionInput, MovieSoundInput, MovieStyleInput
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import UserError, signed_in, user_errors
from timelapse.timelapses.graphql import Timelapse, pk_of
from timelapse.timelapses.queries import timelapse_by_id


@strawberry.input
class RenderTimelapseInput:
    """The render options: frames per second, and pixels (rounded down to even).

    Without both width and height the movie has the shape of most of its pictures, with up to 1080 lines.
    It shows frames that were captured at or after `from` and before `to`; of these, without a selection, all.
    Without a style nothing is added to them; without a sound the movie is silent.
    """

    timelapse: relay.GlobalID
    fps: float = 30
    width: int | None = None
    height: int | None = None
    selection: FrameSelectionInput | None = None
    style: MovieStyleInput | None = None
    since: datetime | None = strawberry.field(default=None, name="from")
    until: datetime | None = strawberry.field(default=None, name="to")
    title: str = ""
    sound: MovieSoundInput | None = None


@strawberry.type
class RenderTimelapsePayload:
    """The queued movie, or the errors."""

    movie: Movie | None
    timelapse: Timelapse | None
    errors: list[UserError]


@strawberry.type
class Mutation(Deletions):
    """Writes of this app."""

    @strawberry.mutation(
        description="Render a movie of the existing frames.",
        metadata=only(needs("timelapses.render_timelapse")),
    )
    async def render_timelapse(self, info: Info, input: RenderTimelapseInput) -> RenderTimelapsePayload:  # noqa: A002
        """Request it."""
        user = signed_in(info)
        timelapse = pk_of(input.timelapse, "Timelapse")
        options = RenderOptions(
            fps=input.fps,
            width=input.width,
            height=input.height,
            selection=(input.selection or FrameSelectionInput()).to_value(),
            style=(input.style or MovieStyleInput()).to_value(),
            since=input.since,
            until=input.until,
            title=input.title,
            sound=None if input.sound is None else input.sound.to_value(),
        )
        try:
            movie = await sync_to_async(actions.request_render)(timelapse, options, user)
        except fsmlock.Refused as refused:
            found = await sync_to_async(timelapse_by_id)(timelapse)
            return RenderTimelapsePayload(
                movie=None, timelapse=cast("Timelapse | None", found), errors=_errors(refused)
            )
        return RenderTimelapsePayload(
            movie=cast("Movie", movie), timelapse=cast("Timelapse", movie.timelapse), errors=[]
        )


def _errors(refused: fsmlock.Refused) -> list[UserError]:
    if isinstance(refused, actions.InvalidOptions):
        return [
            error
            for field, reason in refused.by_field.items()
            for error in user_errors([reason], field=field)
        ]
    return user_errors(refused.reasons)
