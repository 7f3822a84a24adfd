"""Reads of movies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Now

import fsmlock
from timelapse.rendering.domain import RESEND_AFTER
from timelapse.rendering.models import Movie
from timelapse.shared import conf

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import AnonymousUser, User
    from django.db.models import QuerySet

    from timelapse.timelapses.models import Timelapse

_HIDDEN = (Movie.States.DELETING, Movie.States.DELETED)
#: What people call an action whose method can't have that name: models have a ``delete`` of their own.
_PUBLIC_NAMES = {"start_deleting": "delete"}


def visible(movies: QuerySet[Movie]) -> QuerySet[Movie]:
    """Of these, the movies that people may see, with their timelapses."""
    return movies.select_related("timelapse__camera", "requested_by").exclude(state__in=_HIDDEN)


def movies_of(timelapse: int) -> QuerySet[Movie]:
    """Give a timelapse's movies, newest first."""
    return visible(Movie.objects.filter(timelapse=timelapse))


def movie_by_id(movie: int) -> Movie | None:
    """Find a movie that people may see."""
    return visible(Movie.objects.all()).filter(pk=movie).first()


def next_queued(timelapse: int) -> Movie | None:
    """Find the movie of the timelapse that has waited longest."""
    waiting = Movie.objects.filter(timelapse=timelapse, state=Movie.States.QUEUED)
    return waiting.order_by("created_at", "pk").first()


def possibly_orphaned() -> list[Movie]:
    """Find the movies that were being rendered, or that wait for longer than a task takes to arrive.

    Whether they are orphaned their timelapses' holds tell. The database's clock decides how long.
    """
    rendering = Q(state=Movie.States.RENDERING)
    waiting = Q(state=Movie.States.QUEUED, sent_at__lt=Now() - RESEND_AFTER)
    return list(
        Movie.objects.filter(rendering | waiting).select_related("timelapse").order_by("created_at", "pk")
    )


def is_being_rendered(movie: Movie) -> bool:
    """Say whether somebody holds the timelapse's render lock for this very movie."""
    return any(
        hold.lock == "render" and hold.token == movie.token for hold in fsmlock.holds_on(movie.timelapse)
    )


def available_transitions(movie: Movie, user: User | AnonymousUser | None) -> tuple[fsmlock.Available, ...]:
    """What people may do with the movie now, by the names that they know."""
    return tuple(
        replace(found, name=_PUBLIC_NAMES.get(found.name, found.name))
        for found in fsmlock.available(movie, user)
    )


def render_lock_reasons(timelapse: Timelapse) -> tuple[fsmlock.Reason, ...]:
    """Say who holds the timelapse's render lock, as reasons to wait."""
    return tuple(reason for reason in fsmlock.explain(timelapse, to="render") if reason.code == "held")


def folder_of(movie: int) -> Path:
    """Locate the folder of a movie's files."""
    return conf.get().media_root / "movies" / str(movie)


def video_of(movie: int) -> Path:
    """Locate the movie's file."""
    return folder_of(movie) / "movie.mp4"


def poster_of(movie: int) -> Path:
    """Locate the picture that stands for the movie before it plays."""
    return folder_of(movie) / "poster.jpg"


def video_url(movie: Movie) -> str | None:
    """Give the address at which browsers find the file; None while there is none."""
    return f"/media/movies/{movie.pk}.mp4" if movie.state == Movie.States.READY else None


def poster_url(movie: Movie) -> str | None:
    """Give the address at which browsers find the poster; None while there is none."""
    return f"/media/posters/{movie.pk}.jpg" if movie.state == Movie.States.READY else None
