"""Reads of movies."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q
from django.db.models.functions import Now

import fsmlock
from fsmlock import Reason
from fsmlock.inspection import reason_for
from fsmlock.sentences import Sentence, sentence
from timelapse.frames.domain import displayed_size
from timelapse.rendering.domain import RESEND_AFTER, WORKERS_DIED
from timelapse.rendering.models import Movie
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from uuid import UUID

    from django.db.models import QuerySet

    from timelapse.frames.models import Frame
    from timelapse.timelapses.models import Timelapse

#: Characters that Windows or a Unix shell gives a meaning.
_UNSAFE: Final = frozenset('\\/:*?"<>|$`')
_DELETED: Final = (Movie.States.DELETING, Movie.States.DELETED)


def kept(movies: QuerySet[Movie]) -> QuerySet[Movie]:
    """Filter out deleted movies but not those in the trash, and join the timelapses and the sounds."""
    return movies.select_related("timelapse__camera", "requested_by", "sound").exclude(state__in=_DELETED)


def listed(movies: QuerySet[Movie]) -> QuerySet[Movie]:
    """Filter out deleted movies and those in the trash, and join the timelapses and the sounds."""
    return kept(movies).exclude(state=Movie.States.TRASHED)


def kept_movies() -> QuerySet[Movie]:
    """Return all movies except deleted ones, those in the trash included."""
    return kept(Movie.objects.all())


def listed_movies() -> QuerySet[Movie]:
    """Return all movies except deleted ones and those in the trash."""
    return listed(Movie.objects.all())


def full_name(movie: Movie) -> Sentence:
    """Return its name and that of its timelapse, which must be loaded."""
    return sentence("%(movie)s of %(timelapse)s", movie=name_of(movie), timelapse=str(movie.timelapse))


def name_of(movie: Movie) -> str:
    """Return what people call it: its title, or its number."""
    return movie.title or str(movie)


def failure_of(movie: Movie) -> Reason:
    """Return why a movie failed, as it was stored: a known reason with values can still be translated."""
    if movie.failure_message == WORKERS_DIED.message:
        return WORKERS_DIED
    return Reason(code=movie.failure_code, message=movie.failure_message, remedy=movie.failure_remedy)


def movies_of_tasks(task_ids: list[str]) -> dict[str, Movie]:
    """Return the unfinished movie of each task, in one query. Only the task that was sent last counts."""
    found = listed_movies().filter(
        task_id__in=task_ids, state__in=(Movie.States.QUEUED, Movie.States.RENDERING)
    )
    return {movie.task_id: movie for movie in found}


def frames_of_movie(movie: Movie) -> QuerySet[Frame]:
    """Return its frames in playing order: those that existed at the request and aren't hidden."""
    frames = _frames_of_then(movie)
    if movie.since is not None:
        frames = frames.filter(captured_at__gte=movie.since)
    if movie.until is not None:
        frames = frames.filter(captured_at__lt=movie.until)
    return frames


def begins_at_first_frame(movie: Movie) -> bool:
    """Return whether no frame was captured before those of the movie."""
    if movie.since is None:
        return True
    return not _frames_of_then(movie).filter(captured_at__lt=movie.since).exists()


def _frames_of_then(movie: Movie) -> QuerySet[Frame]:
    frames = movie.timelapse.shown_frames()
    return frames if movie.last_frame is None else frames.filter(pk__lte=movie.last_frame)


def picture_sizes(movie: Movie) -> dict[tuple[int, int], int]:
    """Count the movie's frames by the size in which they are shown (width and height), in one query."""
    stored = frames_of_movie(movie).order_by().values_list("width", "height", "orientation")
    sizes: Counter[tuple[int, int]] = Counter()
    for width, height, orientation, count in stored.annotate(count=Count("pk")):
        sizes[displayed_size(width, height, orientation)] += count
    return dict(sizes)


def movies_of(timelapse: int) -> QuerySet[Movie]:
    """Return a timelapse's movies without those in the trash, newest first."""
    return listed(Movie.objects.filter(timelapse=timelapse))


def unfinished(timelapse: int) -> QuerySet[Movie]:
    """Return a timelapse's movies that are queued or being rendered, newest first."""
    return movies_of(timelapse).filter(state__in=(Movie.States.QUEUED, Movie.States.RENDERING))


def movies_of_camera(camera: UUID) -> QuerySet[Movie]:
    """Return the movies of all timelapses of a camera, those in the trash included, newest first."""
    return kept(Movie.objects.filter(timelapse__camera=camera))


def movie_by_id(movie: int) -> Movie | None:
    """Return a movie unless it is deleted; it may be in the trash."""
    return kept_movies().filter(pk=movie).first()


def next_queued(timelapse: int) -> Movie | None:
    """Return the timelapse's longest queued movie."""
    waiting = Movie.objects.filter(timelapse=timelapse, state=Movie.States.QUEUED)
    return waiting.order_by("created_at", "pk").first()


def possibly_orphaned() -> list[Movie]:
    """Return movies in rendering, and those queued longer than a task takes to arrive.

    The holds on their timelapses decide whether they are orphaned. Time is the database's clock.
    """
    rendering = Q(state=Movie.States.RENDERING)
    waiting = Q(state=Movie.States.QUEUED, sent_at__lt=Now() - RESEND_AFTER)
    return list(
        Movie.objects.filter(rendering | waiting).select_related("timelapse").order_by("created_at", "pk")
    )


def is_being_rendered(movie: Movie) -> bool:
    """Return whether a worker holds the timelapse's render lock for this movie."""
    return any(
        hold.lock == "render" and hold.token == movie.token for hold in fsmlock.holds_on(movie.timelapse)
    )


def movies_by_token(tokens: Iterable[int]) -> dict[tuple[int, int], Movie]:
    """Return the movies that are rendered under these holds, by timelapse and token, in one query."""
    wanted = list(tokens)
    rendered = Movie.objects.filter(token__in=wanted, state=Movie.States.RENDERING)
    found = rendered.select_related("timelapse", "requested_by") if wanted else ()
    return {(movie.timelapse_id, movie.token): movie for movie in found if movie.token is not None}


def stopped_by(causes: Iterable[str]) -> dict[str, tuple[Movie, str]]:
    """Return the movies that are rendered for these causes of holds, each with the transition that stops it.

    Without those whose worker was asked to stop already.
    """
    names = (cause.rpartition(" ") for cause in causes)
    keys = [key for name, _, key in names if name == "Movie" and key.isascii() and key.isdigit()]
    wanted = [int(key) for key in keys if len(key) < 19]
    rendered = Movie.objects.filter(
        pk__in=wanted, state=Movie.States.RENDERING, cancel_requested_at=None
    ).select_related("timelapse__camera")
    return {str(movie): (movie, "cancel") for movie in (rendered if wanted else ())}


def render_lock_reasons(timelapse: Timelapse) -> tuple[fsmlock.Reason, ...]:
    """Return the reasons why the timelapse's render lock can't be taken now."""
    return tuple(reason_for(hold, timelapse) for hold in fsmlock.holds_on(timelapse))


def is_in_line(movie: Movie) -> bool:
    """Return whether a task of the movie is going to retry for the render lock."""
    return any(waiter.why == str(movie) for waiter in fsmlock.waiters_on(movie.timelapse))


def queued_before(movies: Iterable[Movie]) -> dict[Movie, list[Movie]]:
    """Return for each movie the queued movies of its timelapse that come first, in one query."""
    asking = list(movies)
    queued = Movie.objects.filter(
        state=Movie.States.QUEUED, timelapse__in={movie.timelapse_id for movie in asking}
    ).order_by("created_at", "pk")
    by_timelapse: dict[int, list[Movie]] = {}
    for movie in queued:
        by_timelapse.setdefault(movie.timelapse_id, []).append(movie)
    return {
        movie: list(takewhile(lambda other, me=movie: other != me, by_timelapse.get(movie.timelapse_id, [])))  # type: ignore[misc]
        for movie in asking
    }


def segments_of(timelapse: int) -> Path:
    """Return the folder of the encoded segments of a timelapse's movies."""
    return conf.get().media_root / "segments" / str(timelapse)


def sound_file(sha256: str) -> Path:
    """Return the path of a stored sound."""
    return conf.get().media_root / "sounds" / sha256


def folder_of(movie: int) -> Path:
    """Return the folder of a movie's files."""
    return conf.get().media_root / "movies" / str(movie)


def video_of(movie: int) -> Path:
    """Return the path of the movie's file."""
    return folder_of(movie) / "movie.mp4"


def poster_of(movie: int) -> Path:
    """Return the path of the movie's poster."""
    return folder_of(movie) / "poster.jpg"


def video_url(movie: Movie) -> str | None:
    """Return the file's URL; None until the movie is ready."""
    return f"/media/movies/{movie.pk}.mp4" if movie.state == Movie.States.READY else None


def file_name(movie: Movie) -> str:
    """Return the name under which the movie is saved, such as ``Garden 2026-06-01 Movie 7.mp4``.

    Its title takes the place of its number. Characters that some file system refuses become spaces.
    """
    timelapse, title = safe_name(str(movie.timelapse)) or "Timelapse", safe_name(movie.title) or str(movie)
    return f"{timelapse} {movie.created_at:%Y-%m-%d} {title}.mp4"


def safe_name(name: str) -> str:
    """Return a name without characters that some file system refuses, which become spaces."""
    letters = (letter if letter.isprintable() and letter not in _UNSAFE else " " for letter in name)
    return " ".join("".join(letters).split()).strip(". ")


def sprite_of(movie: int) -> Path:
    """Return the path of the movie's thumbnails, all in one picture."""
    return folder_of(movie) / "sprite.jpg"


def thumbnails_of(movie: int) -> Path:
    """Return the path of the index (WebVTT) of the movie's thumbnails."""
    return folder_of(movie) / "thumbnails.vtt"


def thumbnails_url(movie: Movie) -> str | None:
    """Return the URL of the index of its thumbnails; None until it is ready, and for one made without."""
    if movie.state != Movie.States.READY or not thumbnails_of(movie.pk).exists():
        return None
    return f"/media/sprites/{movie.pk}.vtt"


def has_poster(movie: Movie) -> bool:
    """Return whether there is a poster: of a movie that is ready, or was so when it was deleted."""
    trashed = movie.state == Movie.States.TRASHED and movie.bytes is not None
    return trashed or movie.state == Movie.States.READY


def poster_url(movie: Movie) -> str | None:
    """Return the poster's URL; None until the movie is ready."""
    return f"/media/posters/{movie.pk}.jpg" if has_poster(movie) else None
