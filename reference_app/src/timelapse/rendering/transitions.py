"""Performs the transitions of movies, and those of timelapses and cameras that have to do with movies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

import fsmlock
from timelapse.cameras.models import Camera
from timelapse.rendering import actions, latest, queries, trash
from timelapse.rendering.camera_deletion import delete_camera
from timelapse.rendering.deletion import delete_timelapse
from timelapse.rendering.models import Movie, has_file
from timelapse.rendering.presets import options_of
from timelapse.shared import remedies
from timelapse.shared.transitions import Applied, applied_by
from timelapse.timelapses.actions import keep_latest_movie, stop_latest_movie
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from django.contrib.auth.models import User

remedies.declare(queries.stopped_by)


@applied_by(Timelapse, "render")
def render(
    timelapse: Timelapse,
    user: User,
    *,
    fps: int,
    size: str,
    preset: str,
    label_text: str,
    end_text: str,
) -> Applied:
    """Request a movie; ``size`` is width x height in pixels, or ``as_pictures``."""
    options = options_of(preset, fps=fps, size=size, label_text=label_text, end_text=end_text)
    movie = actions.request_render(timelapse.pk, options, user)
    return Applied(obj=movie.timelapse, created=movie)


@applied_by(Timelapse, "keep_latest_movie")
def keep_latest(timelapse: Timelapse, user: User, *, every_s: int, **options: object) -> Applied:
    """Keep one from now on, and request it at once."""
    _require(timelapse, "keep_latest_movie", user)
    keep_latest_movie(timelapse.pk, every_s=every_s, **options)
    latest.request_due(timezone.now(), timelapse=timelapse.pk)
    timelapse.refresh_from_db()
    return Applied(obj=timelapse)


@applied_by(Timelapse, "stop_latest_movie")
def stop_latest(timelapse: Timelapse, user: User) -> Applied:
    """Keep none any more."""
    _require(timelapse, "stop_latest_movie", user)
    stop_latest_movie(timelapse.pk)
    timelapse.refresh_from_db()
    return Applied(obj=timelapse)


def _require(timelapse: Timelapse, name: str, user: User) -> None:
    if reasons := fsmlock.explain(timelapse, to=name, user=user):
        raise fsmlock.ActionRefused(reasons, instance=timelapse)


@applied_by(Timelapse, "start_deleting")
def delete_one(timelapse: Timelapse, user: User, *, stop_movies: bool) -> Applied:
    """Delete the timelapse and its movies."""
    delete_timelapse(timelapse.pk, user, stop_movies=stop_movies)
    return Applied(obj=None)


@applied_by(Camera, "start_deleting")
def delete_whole_camera(camera: Camera, user: User, *, stop_movies: bool) -> Applied:
    """Delete the camera and all that it has."""
    delete_camera(camera.pk, user, stop_movies=stop_movies)
    return Applied(obj=None)


@applied_by(Movie, "cancel")
def cancel(movie: Movie, user: User) -> Applied:
    """Cancel it at once, or ask its worker to stop."""
    return Applied(obj=actions.cancel_movie(movie.pk, user))


@applied_by(Movie, "pause")
def pause(movie: Movie, user: User) -> Applied:
    """Pause it at once, or ask its worker to stop."""
    return Applied(obj=actions.pause_movie(movie.pk, user))


@applied_by(Movie, "start_over")
def start_over(movie: Movie, user: User) -> Applied:
    """Queue it again without what is finished."""
    return Applied(obj=actions.start_movie_over(movie.pk, user))


@applied_by(Movie, "retry")
def retry(movie: Movie, user: User) -> Applied:
    """Queue it again."""
    return Applied(obj=actions.retry_movie(movie.pk, user))


@applied_by(Movie, "rename")
def rename(movie: Movie, user: User, *, title: str) -> Applied:
    """Give it another title."""
    return Applied(obj=actions.rename_movie(movie.pk, title, user))


@applied_by(Movie, "trash")
def put_into_trash(movie: Movie, user: User) -> Applied:
    """Put it into the trash."""
    trashed = trash.trash_movie(movie.pk, user)
    return Applied(obj=trashed, undo="restore" if has_file(trashed) is None else "restore_unfinished")


@applied_by(Movie, "restore")
def restore(movie: Movie, user: User) -> Applied:
    """Take it out of the trash."""
    return Applied(obj=trash.restore_movie(movie.pk, "restore", user))


@applied_by(Movie, "restore_unfinished")
def restore_unfinished(movie: Movie, user: User) -> Applied:
    """Take it out of the trash, to be resumed."""
    return Applied(obj=trash.restore_movie(movie.pk, "restore_unfinished", user))


@applied_by(Movie, "delete_for_good")
def delete_for_good(movie: Movie, user: User) -> Applied:
    """Remove it with its files."""
    trash.delete_for_good(movie.pk, user)
    return Applied(obj=None)
