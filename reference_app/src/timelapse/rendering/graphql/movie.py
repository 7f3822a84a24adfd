"""The type `Movie`, and what this app adds to the type `Timelapse`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from eliot_progress.adapters.graphql import Progress
from eliot_progress.adapters.graphql import from_state as progress_from_state
from fsmlock.adapters.graphql import Reason
from fsmlock.sentences import name_of, translated
from timelapse.frames.graphql.footage import From, To
from timelapse.rendering import estimate, models, queries, trash, waiting, watching
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.graphql.options import FrameSelectionInput, MovieStyleInput, RenderForm
from timelapse.shared import subjects
from timelapse.shared.access import needs, readable_by
from timelapse.shared.connections import Connection
from timelapse.shared.graphql import BigInt, Stateful, load, reasons_of
from timelapse.shared.progress import about, store
from timelapse.timelapses.graphql import Timelapse

if TYPE_CHECKING:
    from eliot_progress import TaskState
    from timelapse.timelapses.models import Timelapse as TimelapseModel


#: The attribute of a movie that holds the progress of a live event.
_PUBLISHED = "_published_progress"


@strawberry.type(description="A frame that isn't in the movie, and the reason.")
class LeftOut:
    """A frame by its name, and the reason."""

    frame: str
    reason: str


@strawberry.type(
    description="How many frames a selection left out for a reason, or kept though something is unknown."
)
class SelectionNote:
    """Frames that have something in common."""

    code: str
    text: str
    frames: int
    left_out: bool


@strawberry.type(description="Who asked a worker to stop, and when.")
class CancelRequest:
    """Who asked a worker to stop, and when."""

    by: str
    at: datetime
    pauses: bool = strawberry.field(description="Whether the movie is then paused, and not cancelled.")


@strawberry.type(description="That a movie is in the trash.")
class InTrash:
    """Who put it there, when, and until when it can be restored."""

    by: str | None = strawberry.field(description="Who deleted it; null if that is not known.")
    at: datetime
    until: datetime = strawberry.field(description="When it is deleted for good.")


@strawberry.enum(description="How long a chapter of a movie is at most.")
class ChapterSpan(Enum):
    """By the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@strawberry.type(description="A part of a movie: a day, or a longer span.")
class MovieChapter:
    """Where it begins."""

    begins_at_seconds: float = strawberry.field(description="Seconds of the movie.")
    date: date = strawberry.field(description="That of its first frame, by the clock of the camera's place.")
    span: ChapterSpan


@strawberry.type(description="The sound of a movie. Watching what is finished of one has none yet.")
class MovieSound:
    """What is played, and how."""

    name: str
    repeats: bool
    volume: float = strawberry.field(description="In percent of the file's.")


_VIEW: Final = needs("rendering.view_movie")
subjects.declare(models.Movie, queries.kept_movies, _VIEW)
subjects.declare_tasks(queries.movies_of_tasks)


@readable_by(_VIEW)
@strawberry_django.type(
    models.Movie, description="A movie of a timelapse's frames.", disable_optimization=True
)
class Movie(Stateful):
    """A movie and its file."""

    state: str
    timelapse: Timelapse
    since: datetime | None = strawberry_django.field(
        name="from", description="It shows only what was captured at or after it."
    )
    until: datetime | None = strawberry_django.field(
        name="to", description="It shows only what was captured before it."
    )
    fps: float
    width: int
    height: int
    frame_count: int
    frames_done: int = strawberry_django.field(
        description="Frames that are encoded and kept; a retry continues after them."
    )
    duration_seconds: float | None = strawberry_django.field(field_name="duration_s")
    created_at: datetime
    finished_at: datetime | None
    causal_id: str

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Movie], info: Info) -> QuerySet[models.Movie]:  # noqa: ARG003
        """Hide deleted movies, on every path to one. Those in the trash are hidden by the lists."""
        return queries.kept(queryset)

    @strawberry_django.field(description="What people call it: its title, or its number.")
    def name(self) -> str:
        """Return its name."""
        return name_of(queries.name_of(_row(self)))

    @strawberry_django.field(description="Its name and that of its timelapse.")
    def display_name(self) -> str:
        """Name both."""
        return translated(queries.full_name(_row(self)))

    @strawberry_django.field(description="The file's size; null until it is ready.")
    def bytes(self) -> BigInt | None:
        """Return the file's size in bytes."""
        return cast("BigInt | None", _row(self).bytes)

    @strawberry_django.field(description="The file's URL; null until it is ready.")
    def video_url(self) -> str | None:
        """Return the file's URL."""
        return queries.video_url(_row(self))

    @strawberry_django.field(
        description="The URL of a playlist (HLS) of what can be watched already; null until something can."
    )
    def live_url(self) -> str | None:
        """Return the playlist's URL."""
        return watching.live_url(_row(self))

    @strawberry_django.field(
        description="The URL that saves the file under a name that says what it is; null until it is ready."
    )
    def download_url(self) -> str | None:
        """Return the file's URL for a download."""
        url = queries.video_url(_row(self))
        return None if url is None else f"{url}?download"

    @strawberry_django.field(description="The poster's URL; null until it is ready.")
    def poster_url(self) -> str | None:
        """Return the poster's URL."""
        return queries.poster_url(_row(self))

    @strawberry_django.field(
        description="Since when it is in the trash; null if it isn't. Its share links show nothing meanwhile."
    )
    def in_trash(self) -> InTrash | None:
        """Build it from the row."""
        row = _row(self)
        until = trash.until(row)
        if row.state != row.States.TRASHED or row.trashed_at is None or until is None:
            return None
        return InTrash(by=row.trashed_by or None, at=row.trashed_at, until=until)

    @strawberry_django.field(description="Its sound; null if it is silent.")
    def sound(self) -> MovieSound | None:
        """Describe it."""
        row = _row(self)
        if row.sound is None:
            return None
        return MovieSound(name=row.sound.name, repeats=row.sound_repeats, volume=row.sound_volume)

    @strawberry_django.field(
        description="The URL of an index (WebVTT) of small pictures of it; null until it is ready, and for "
        "one that was rendered without."
    )
    def thumbnails_url(self) -> str | None:
        """Return the index's URL."""
        return queries.thumbnails_url(_row(self))

    @strawberry_django.field(
        description="Why it couldn't be rendered, and the remedy; null unless it failed."
    )
    def failure(self) -> Reason | None:
        """Build the reason from the failure fields."""
        row = _row(self)
        if row.state != models.Movie.States.FAILED:
            return None
        return Reason.from_value(queries.failure_of(row))

    @strawberry_django.field(
        description="Who asked its worker to stop; null unless it is being rendered and somebody did."
    )
    def cancel_request(self) -> CancelRequest | None:
        """Build it from the row."""
        row = _row(self)
        if row.state != row.States.RENDERING or row.cancel_requested_at is None:
            return None
        return CancelRequest(by=row.cancel_requested_by, at=row.cancel_requested_at, pauses=row.pausing)

    @strawberry_django.field(
        description="Where its days begin, or longer spans. Empty until it is ready, for one of a single "
        "day, and for one that was rendered without."
    )
    def chapters(self) -> list[MovieChapter]:
        """Build them from the row."""
        return [
            MovieChapter(
                begins_at_seconds=chapter["begins_s"],
                date=date.fromisoformat(chapter["date"]),
                span=ChapterSpan(chapter["span"]),
            )
            for chapter in _row(self).chapters
        ]

    @strawberry_django.field(
        description="Who asked for it; null if nobody did, as for a latest movie, or the account is gone."
    )
    def requested_by(self) -> str | None:
        """Return their name."""
        return _row(self).requester or None

    @strawberry_django.field(
        field_name="render_s",
        description="Seconds that its last worker took; null until it is ready. What was finished before "
        "isn't counted.",
    )
    def render_seconds(self) -> float | None:
        """Return them."""
        return _row(self).render_s

    @strawberry_django.field(description="The frames that aren't in it, each with the reason.")
    def left_out(self) -> list[LeftOut]:
        """Return the frames left out."""
        return [LeftOut(frame=left["frame"], reason=left["reason"]) for left in _row(self).left_out]

    @strawberry_django.field(description="What its selection did with the frames that it doesn't show.")
    def selection_notes(self) -> list[SelectionNote]:
        """Return the notes."""
        return [SelectionNote(**note) for note in _row(self).selection_notes]

    @strawberry_django.field(description="How far rendering is; null before it begins.")
    async def progress(self, info: Info) -> Progress | None:
        """Load it together with that of the other movies of the request."""
        state = published_progress(_row(self)) or await load(info, _latest_progress, about(_row(self)))
        # A state of another causal id belongs to an earlier request for this movie.
        return (
            None
            if state is None or state.causal_id != _row(self).causal_id
            else progress_from_state(state, time.time())
        )

    @strawberry_django.field(
        description="Why it isn't being rendered, while it is queued, or rendered by a worker that is silent."
    )
    async def waiting(self, info: Info) -> list[Reason]:
        """Load it together with that of the other movies of the request."""
        row = _row(self)
        if row.state not in {row.States.QUEUED, row.States.RENDERING}:
            return []
        return reasons_of(await load(info, waiting.waiting_reasons, row) or ())


def _row(movie: Movie) -> models.Movie:
    return cast("models.Movie", movie)


def published_progress(movie: models.Movie) -> TaskState | None:
    """Return the progress that arrived with a live event, so that the store need not be read."""
    return cast("TaskState | None", getattr(movie, _PUBLISHED, None))


def set_published_progress(movie: models.Movie, state: TaskState | None) -> None:
    """Keep the progress of a live event with the movie."""
    setattr(movie, _PUBLISHED, state)


def _latest_progress(abouts: list[str]) -> dict[str, TaskState]:
    return store().latest_many(abouts)


# Its ranges come from movies, of other cameras as well.
@readable_by(_VIEW)
@strawberry.type(description="What to expect of a movie. Null is not known: nothing was rendered here yet.")
class RenderEstimate:
    """See timelapse.rendering.estimate."""

    frames: int
    duration_seconds: float
    width: int
    height: int
    low_bytes: BigInt | None
    high_bytes: BigInt | None
    low_render_seconds: float | None
    high_render_seconds: float | None


@strawberry.type
class TimelapseMovies:
    """Fields added to the type `Timelapse`, which itself must not import movies."""

    @strawberry_django.connection(
        Connection[Movie], description="Its movies without those in the trash, newest first."
    )
    def movies(self) -> Iterable[Movie]:
        """Return all movies; the connection takes the requested slice."""
        return cast("Iterable[Movie]", queries.movies_of(cast("int", self.pk)))  # type: ignore[attr-defined]

    @strawberry_django.connection(
        Connection[Movie],
        description="Its movies that are in the trash, the one that was deleted last first.",
    )
    def trash(self) -> Iterable[Movie]:
        """Return them; the connection takes the requested slice."""
        return cast("Iterable[Movie]", trash.trash_of(cast("int", self.pk)))  # type: ignore[attr-defined]

    @strawberry_django.field(description="What people are asked for a movie of it beside speed and size.")
    def render_form(self) -> RenderForm:
        """Describe it."""
        return RenderForm.of(cast("TimelapseModel", self))

    @strawberry_django.field(
        description="What to expect of a movie of the present frames: its length, its size, and the time to "
        "render it once a worker has it. Null without frames, and for options that can't be rendered."
    )
    def render_estimate(
        self,
        fps: float = 30,
        width: int | None = None,
        height: int | None = None,
        selection: FrameSelectionInput | None = None,
        style: MovieStyleInput | None = None,
        since: From = None,
        until: To = None,
    ) -> RenderEstimate | None:
        """Estimate it."""
        options = RenderOptions(
            fps=fps,
            width=width,
            height=height,
            selection=(selection or FrameSelectionInput()).to_value(),
            style=(style or MovieStyleInput()).to_value(),
            since=since,
            until=until,
        )
        found = estimate.estimate(cast("TimelapseModel", self), options)
        if found is None:
            return None
        size, time_left = found.bytes, found.render_s
        return RenderEstimate(
            frames=found.frames,
            duration_seconds=found.duration_s,
            width=found.width,
            height=found.height,
            low_bytes=None if size is None else BigInt(int(size.low)),
            high_bytes=None if size is None else BigInt(int(size.high)),
            low_render_seconds=None if time_left is None else time_left.low,
            high_render_seconds=None if time_left is None else time_left.high,
        )


get_object_definition(Timelapse, strict=True).fields.extend(
    get_object_definition(TimelapseMovies, strict=True).fields
)
