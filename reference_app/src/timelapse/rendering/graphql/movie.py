"""The type `Movie`, and what this app adds to the type `Timelapse`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from typing import cast

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info
from strawberry.types.base import get_object_definition
from strawberry_django.relay import DjangoListConnection

from eliot_progress.adapters.graphql import Progress
from eliot_progress.adapters.graphql import from_state as progress_from_state
from fsmlock.adapters.graphql import Reason, Transition
from timelapse.rendering import models, queries
from timelapse.rendering.graphql.loaders import progress_of, waiting_reasons
from timelapse.shared.graphql import BigInt, reasons_of, signed_in
from timelapse.timelapses.graphql import Timelapse


@strawberry.type(description="A frame that isn't in the movie, and why.")
class LeftOut:
    """A frame by its name, and the reason."""

    frame: str
    reason: str


@strawberry_django.type(
    models.Movie, description="A movie of a timelapse's frames.", disable_optimization=True
)
class Movie(relay.Node):
    """A movie, from the options to the file."""

    state: str
    timelapse: Timelapse
    fps: float
    width: int
    height: int
    frame_count: int
    duration_seconds: float | None = strawberry_django.field(field_name="duration_s")
    created_at: datetime
    finished_at: datetime | None
    causal_id: str

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Movie], info: Info) -> QuerySet[models.Movie]:
        """Show movies to who is signed in, by whatever way they are reached, and not those deleted."""
        signed_in(info)
        return queries.visible(queryset)

    @strawberry_django.field
    def name(self) -> str:
        """Tell the name, as reports mention it."""
        return str(self)

    @strawberry_django.field(description="The file's size; null until it is ready.")
    def bytes(self) -> BigInt | None:
        """Tell the file's size."""
        return cast("BigInt | None", _row(self).bytes)

    @strawberry_django.field(description="Where browsers find the file; null until it is ready.")
    def video_url(self) -> str | None:
        """Tell where the file is."""
        return queries.video_url(_row(self))

    @strawberry_django.field(description="Where browsers find a picture of it; null until it is ready.")
    def poster_url(self) -> str | None:
        """Tell where the poster is."""
        return queries.poster_url(_row(self))

    @strawberry_django.field(description="Why it couldn't be made, and what to do; null unless it failed.")
    def failure(self) -> Reason | None:
        """Tell what went wrong."""
        row = _row(self)
        if row.state != models.Movie.States.FAILED:
            return None
        return Reason(code=row.failure_code, message=row.failure_message, remedy=row.failure_remedy)

    @strawberry_django.field(description="The frames that aren't in it, each with the reason.")
    def left_out(self) -> list[LeftOut]:
        """Tell what isn't in it."""
        return [LeftOut(frame=left["frame"], reason=left["reason"]) for left in _row(self).left_out]

    @strawberry_django.field(description="How far rendering is; null before it begins.")
    async def progress(self) -> Progress | None:
        """Look it up together with that of the other movies of the request."""
        state = await progress_of(_row(self))
        return None if state is None else progress_from_state(state, time.time())

    @strawberry_django.field(description="Why it isn't being rendered yet, while it is queued.")
    async def waiting(self) -> list[Reason]:
        """Look it up together with that of the other movies of the request."""
        return reasons_of(await waiting_reasons(_row(self)))

    @strawberry_django.field(description="What can be done with it, and why not.")
    def available_transitions(self, info: Info) -> list[Transition]:
        """Ask the state machine."""
        return [
            Transition.from_value(each) for each in queries.available_transitions(_row(self), signed_in(info))
        ]


def _row(movie: Movie) -> models.Movie:
    return cast("models.Movie", movie)


@strawberry.type
class TimelapseMovies:
    """What this app adds to the type `Timelapse`, which itself must not know of movies."""

    @strawberry_django.connection(DjangoListConnection[Movie], description="Its movies, newest first.")
    def movies(self) -> Iterable[Movie]:
        """Give the movies; the connection takes the slice that is asked for."""
        return cast("Iterable[Movie]", queries.movies_of(cast("int", self.pk)))  # type: ignore[attr-defined]


get_object_definition(Timelapse, strict=True).fields.extend(
    get_object_definition(TimelapseMovies, strict=True).fields
)


def newest_edge(movie: models.Movie) -> relay.Edge[Movie]:
    """Show a movie as the first edge of its timelapse's movies."""
    return relay.Edge(cursor=relay.to_base64("arrayconnection", 0), node=cast("Movie", movie))
