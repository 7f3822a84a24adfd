"""Mutations: render a timelapse with options of one's own, and delete what has movies."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

import fsmlock
from timelapse.rendering import actions
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.graphql.deletions import Deletions
from timelapse.rendering.graphql.movie import Movie, newest_edge
from timelapse.rendering.selection import Selection
from timelapse.rendering.style import Style
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import UserError, signed_in, user_errors
from timelapse.timelapses.graphql import Timelapse, pk_of
from timelapse.timelapses.queries import timelapse_by_id

if TYPE_CHECKING:
    pass


@strawberry.input
class FrameSelectionInput:
    """Which frames are shown. Windows are times as in a camera's schedule: mon-fri 06:30..20:00."""

    windows: list[str] = strawberry.field(default_factory=list)
    skip_dark: bool = False
    skip_blurred: bool = False
    skip_duplicates: bool = False
    best_of_hour: bool = False
    every: int = 1
    length_seconds: float | None = None


@strawberry.input
class MovieStyleInput:
    """What is added to the pictures: even light, a label, a fade from and to black, a card at the end."""

    deflicker: bool = False
    label_time: bool = False
    label_text: str = ""
    label_exposure: bool = False
    fade_seconds: float = 0
    end_text: str = ""


@strawberry.input
class RenderTimelapseInput:
    """The render options: frames per second, and pixels (rounded down to even).

    Without both width and height the movie has the shape of most of its pictures, with up to 1080 lines.
    Without a selection it shows all frames, without a style nothing is added to them.
    """

    timelapse: relay.GlobalID
    fps: float = 30
    width: int | None = None
    height: int | None = None
    selection: FrameSelectionInput | None = None
    style: MovieStyleInput | None = None


@strawberry.type
class RenderTimelapsePayload:
    """The queued movie, or the errors."""

    movie_edge: relay.Edge[Movie] | None
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
            selection=_selection(input.selection or FrameSelectionInput()),
            style=_style(input.style or MovieStyleInput()),
        )
        try:
            movie = await sync_to_async(actions.request_render)(timelapse, options, user)
        except fsmlock.Refused as refused:
            found = await sync_to_async(timelapse_by_id)(timelapse)
            return RenderTimelapsePayload(
                movie_edge=None, timelapse=cast("Timelapse | None", found), errors=_errors(refused)
            )
        return RenderTimelapsePayload(
            movie_edge=newest_edge(movie), timelapse=cast("Timelapse", movie.timelapse), errors=[]
        )


def _selection(given: FrameSelectionInput) -> Selection:
    return Selection(
        windows=tuple(given.windows),
        skip_dark=given.skip_dark,
        skip_blurred=given.skip_blurred,
        skip_duplicates=given.skip_duplicates,
        best_of_hour=given.best_of_hour,
        every=given.every,
        length_s=given.length_seconds,
    )


def _style(given: MovieStyleInput) -> Style:
    return Style(
        deflicker=given.deflicker,
        label_time=given.label_time,
        label_text=given.label_text,
        label_exposure=given.label_exposure,
        fade_s=given.fade_seconds,
        end_text=given.end_text,
    )


def _errors(refused: fsmlock.Refused) -> list[UserError]:
    if isinstance(refused, actions.InvalidOptions):
        return [
            error
            for field, reason in refused.by_field.items()
            for error in user_errors([reason], field=field)
        ]
    return user_errors(refused.reasons)
