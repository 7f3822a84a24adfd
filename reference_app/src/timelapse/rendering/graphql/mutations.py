"""Mutations: render, cancel, retry and delete movies."""

from __future__ import annotations

from collections.abc import Callable
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
from timelapse.rendering.models import CHANGE_MOVIE
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import UserError, signed_in, user_errors
from timelapse.timelapses.graphql import Timelapse, pk_of
from timelapse.timelapses.queries import timelapse_by_id

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from timelapse.rendering import models


@strawberry.input
class RenderTimelapseInput:
    """The render options: frames per second, and pixels (rounded down to even).

    Without both width and height the movie has the shape of most of its pictures, with up to 1080 lines.
    """

    timelapse: relay.GlobalID
    fps: float = 30
    width: int | None = None
    height: int | None = None


@strawberry.input
class CancelMovieInput:
    """The movie to cancel."""

    movie: relay.GlobalID


@strawberry.input
class RetryMovieInput:
    """The movie to retry."""

    movie: relay.GlobalID


@strawberry.input
class DeleteMovieInput:
    """The movie to delete."""

    movie: relay.GlobalID


@strawberry.type
class RenderTimelapsePayload:
    """The queued movie, or the errors."""

    movie_edge: relay.Edge[Movie] | None
    timelapse: Timelapse | None
    errors: list[UserError]


@strawberry.type
class CancelMoviePayload:
    """The movie in its current state; a running worker takes a moment to stop."""

    movie: Movie | None
    errors: list[UserError]


@strawberry.type
class RetryMoviePayload:
    """The movie in its current state."""

    movie: Movie | None
    errors: list[UserError]


@strawberry.type
class DeleteMoviePayload:
    """The deleted movie's id, and its timelapse."""

    deleted_movie_id: relay.GlobalID | None
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
        options = RenderOptions(fps=input.fps, width=input.width, height=input.height)
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

    @strawberry.mutation(
        description="Cancel a movie while it is queued or being rendered.",
        metadata=only(needs(CHANGE_MOVIE)),
    )
    async def cancel_movie(self, info: Info, input: CancelMovieInput) -> CancelMoviePayload:  # noqa: A002
        """Cancel it."""
        movie, errors = await _done(actions.cancel_movie, info, input.movie)
        return CancelMoviePayload(movie=cast("Movie | None", movie), errors=errors)

    @strawberry.mutation(
        description="Queue a failed or cancelled movie again.", metadata=only(needs(CHANGE_MOVIE))
    )
    async def retry_movie(self, info: Info, input: RetryMovieInput) -> RetryMoviePayload:  # noqa: A002
        """Retry it."""
        movie, errors = await _done(actions.retry_movie, info, input.movie)
        return RetryMoviePayload(movie=cast("Movie | None", movie), errors=errors)

    @strawberry.mutation(
        description="Delete a movie and its files.", metadata=only(needs("rendering.delete_movie"))
    )
    async def delete_movie(self, info: Info, input: DeleteMovieInput) -> DeleteMoviePayload:  # noqa: A002
        """Delete it."""
        movie, errors = await _done(actions.delete_movie, info, input.movie)
        if movie is None or errors:
            return DeleteMoviePayload(deleted_movie_id=None, timelapse=None, errors=errors)
        timelapse = cast("Timelapse", movie.timelapse)
        return DeleteMoviePayload(deleted_movie_id=input.movie, timelapse=timelapse, errors=[])


async def _done(
    action: Callable[[int, User], models.Movie], info: Info, movie: relay.GlobalID
) -> tuple[models.Movie | None, list[UserError]]:
    user = signed_in(info)
    try:
        return await sync_to_async(action)(pk_of(movie, "Movie"), user), []
    except fsmlock.Refused as refused:
        shown = cast("models.Movie | None", refused.instance)
        return shown, _errors(refused)


def _errors(refused: fsmlock.Refused) -> list[UserError]:
    if isinstance(refused, actions.InvalidOptions):
        return [
            error
            for field, reason in refused.by_field.items()
            for error in user_errors([reason], field=field)
        ]
    return user_errors(refused.reasons)
