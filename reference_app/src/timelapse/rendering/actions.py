"""Writes of movies, one transaction each."""

from __future__ import annotations

import shutil
import uuid
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone
from eliot import log_message, start_action

import fsmlock
from eliot_progress import causal_id, extract, inject
from timelapse.rendering import choosing, queries, sounds
from timelapse.rendering.domain import (
    MAX_ATTEMPTS,
    NO_FRAME_CHOSEN,
    NO_MOVIE,
    NO_SOUND,
    NO_TIMELAPSE,
    NONE_SELECTED,
    TITLE_INVALID,
    WORKERS_DIED,
    RenderOptions,
    is_title,
    shape_of,
)
from timelapse.rendering.events import MovieChanged, movie_changed
from timelapse.rendering.models import Movie
from timelapse.shared import live
from timelapse.timelapses.actions import group_of
from timelapse.timelapses.queries import timelapse_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import User

    from timelapse.rendering.domain import SoundOptions

#: The task that renders a movie, by name: tasks know actions, not the other way round.
RENDER_TASK = "rendering.render_movie"


#: What is saved with a state: not the title, which somebody may have changed while a worker was at it.
_SAVED = [
    field.name for field in Movie._meta.concrete_fields if not (field.primary_key or field.name == "title")
]


class InvalidOptions(fsmlock.Refused):
    """Some render options are invalid; ``by_field`` has the reason for each field."""

    def __init__(self, by_field: Mapping[str, fsmlock.Reason]) -> None:
        super().__init__(by_field.values())
        self.by_field = by_field


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieFile:
    """What the finished file contains; ``left_out`` has a frame, a code and a reason in each row."""

    frame_count: int
    duration_s: float
    bytes: int
    #: What this worker encoded, and the seconds that it took with everything else.
    encoded_frames: int
    render_s: float
    left_out: list[dict[str, str]]
    #: Each as a `Chapter`.
    chapters: list[dict[str, Any]]


@transaction.atomic
def request_render(
    timelapse: int, options: RenderOptions, user: User | None = None, *, latest: bool = False
) -> Movie:
    """Request a movie of the frames that exist now; ``latest``: nobody asked for it (see `rendering.latest`).

    Raises:
        InvalidOptions: a field of the options is invalid.
        Refused: there is no such timelapse, it has no frames, or a movie of it is being rendered.
    """
    if wrong := options.validation_errors():
        raise InvalidOptions(wrong)
    found = timelapse_by_id(timelapse)
    if found is None:
        raise fsmlock.Refused([NO_TIMELAPSE])
    if choosing.lacks_place(found, options.selection):
        raise InvalidOptions({"windows": choosing.NO_PLACE})
    if reasons := fsmlock.explain(found, to="render", user=user):
        raise fsmlock.ActionRefused(reasons, instance=found)
    movie = choosing.movie_of(found, options)
    movie.requested_by, movie.latest = user, latest
    movie.last_frame = found.frames().aggregate(last=Max("pk"))["last"]
    sizes = queries.picture_sizes(movie)
    if not sizes:
        raise InvalidOptions({"from": NO_FRAME_CHOSEN})
    movie.width, movie.height = options.even_size or shape_of(sizes)
    movie.frame_count = choosing.count_frames(movie)
    if movie.frame_count == choosing.card_frames(movie):
        raise InvalidOptions({"selection": NONE_SELECTED})
    if options.sound is not None:
        _add_sound(movie, options.sound)
    _record_cause(movie)
    movie.save()
    notify(movie)
    enqueue(movie)
    return movie


def _add_sound(movie: Movie, sound: SoundOptions) -> None:
    movie.sound = sounds.claim(sound.sha256)
    if movie.sound is None:
        raise InvalidOptions({"sound": NO_SOUND})
    movie.sound_repeats, movie.sound_volume = sound.repeats, sound.volume


def cancel_movie(movie: int, user: User | None = None) -> Movie:
    """Cancel a queued or paused movie at once, or ask the worker that renders it to stop.

    Raises:
        Refused: there is no such movie, or it is neither queued, paused nor being rendered.
    """
    return _stop_movie(movie, user, pausing=False)


def pause_movie(movie: int, user: User | None = None) -> Movie:
    """Pause a queued movie at once, or ask the worker that renders it to stop. What is finished is kept.

    Raises:
        Refused: there is no such movie, or it is neither queued nor being rendered.
    """
    return _stop_movie(movie, user, pausing=True)


@transaction.atomic
def _stop_movie(movie: int, user: User | None, *, pausing: bool) -> Movie:
    found = get_movie(movie)
    require_allowed(found, "pause" if pausing else "cancel", user)
    found.pausing = pausing
    if found.state == Movie.States.RENDERING and queries.is_being_rendered(found):
        by = user.get_username() if user is not None else "somebody"
        why = f"{found} is paused" if pausing else f"{found} is not wanted any more"
        fsmlock.cancel(found.timelapse, "render", by=by, why=why)
        found.cancel_requested_by, found.cancel_requested_at = by, timezone.now()
        Movie.objects.filter(pk=found.pk).update(
            cancel_requested_by=found.cancel_requested_by,
            cancel_requested_at=found.cancel_requested_at,
            pausing=pausing,
        )
        notify(found)
        return found
    _mark_stopped(found)
    return found


@transaction.atomic
def retry_movie(movie: int, user: User | None = None) -> Movie:
    """Queue a stopped movie again: the same movie, which continues after its finished segments.

    Raises:
        Refused: there is no such movie, or it is neither failed, cancelled nor paused.
    """
    found = get_movie(movie)
    require_allowed(found, "retry", user)
    found.retry()
    _queue_again(found)
    return found


@transaction.atomic
def start_movie_over(movie: int, user: User | None = None) -> Movie:
    """Queue a stopped movie again, to encode the same frames from the first one on.

    Its worker removes the finished segments: only the holder of the render lock may.

    Raises:
        Refused: there is no such movie, it is neither failed, cancelled nor paused, or nothing of it is
            finished.
    """
    found = get_movie(movie)
    require_allowed(found, "start_over", user)
    found.start_over()
    found.afresh, found.segments, found.frames_done = True, [], 0
    _queue_again(found)
    return found


def _queue_again(found: Movie) -> None:
    found.failure_code = found.failure_message = found.failure_remedy = ""
    found.left_out, found.finished_at, found.token, found.attempts = [], None, None, 0
    _forget_request_to_stop(found)
    _record_cause(found)
    found.frame_count = choosing.count_frames(found)
    save_movie(found)
    enqueue(found)


@transaction.atomic
def rename_movie(movie: int, title: str, user: User | None = None) -> Movie:
    """Give a movie another title; empty: it is known by its number.

    Raises:
        Refused: there is no such movie, the user may not, or the title is too long or no line.
    """
    found = get_movie(movie)
    require_allowed(found, "rename", user)
    if not is_title(title):
        raise fsmlock.Refused([TITLE_INVALID])
    found.title = title.strip()
    Movie.objects.filter(pk=found.pk).update(title=found.title)
    notify(found)
    return found


def delete_movie(movie: int) -> Movie:
    """Remove a movie's files, and hide its row, without the trash. Calling it again completes a deletion.

    Raises:
        Refused: there is no such movie, or it is queued or being rendered.
    """
    with transaction.atomic():
        found = Movie.objects.select_related("timelapse__camera", "sound").filter(pk=movie).first()
        if found is None or found.state == Movie.States.DELETED:
            raise fsmlock.Refused([NO_MOVIE])
        if found.state != Movie.States.DELETING:
            require_allowed(found, "start_deleting", None)
            found.start_deleting()
            save_movie(found)
    return complete_deletion(found)


def complete_deletion(movie: Movie) -> Movie:
    """Remove the files of a movie that is being deleted, then mark it as deleted.

    The encoded segments go with the last movie of the timelapse, its sound with the last movie that has it.
    As long as files can't be removed, it is not deleted: a periodic task tries again.
    """
    folders = [queries.folder_of(movie.pk)]
    if not queries.kept(Movie.objects.filter(timelapse=movie.timelapse_id)).exists():
        folders.append(queries.segments_of(movie.timelapse_id))  # nobody continues or extends them
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    if left := [str(folder) for folder in folders if folder.exists()]:
        log_message("movie:files_not_removed", movie=movie.pk, folders=left)
        return movie
    sound = None
    # Stale: somebody else has completed it.
    with suppress(fsmlock.StaleState), transaction.atomic():
        sound, movie.sound = movie.sound, None
        movie.finish_deleting()
        save_movie(movie)
    if sound is not None:
        sounds.remove_unless_used(sound)
    return movie


def begin(movie: Movie, token: int) -> None:
    """Record that the holder of this token renders the movie. Call it in the hold's transaction."""
    movie.start()
    movie.token = token
    _forget_request_to_stop(movie)
    movie.attempts += 1
    movie.frame_count = choosing.count_frames(movie)
    save_movie(movie)


def record_beginning(movie: Movie, segments: list[tuple[str, int]]) -> None:
    """Record the finished segments of its beginning (key, frames). Call it in the hold's transaction."""
    movie.segments = [list(segment) for segment in segments]
    Movie.objects.filter(pk=movie.pk).update(segments=movie.segments)
    _publish_to_pages(movie)


def finish(movie: Movie, file: MovieFile) -> None:
    """Record that the file is in place. Call it in the hold's transaction."""
    movie.finish()
    for field, value in asdict(file).items():
        setattr(movie, field, value)
    save_movie(movie, finished=True)


def fail(movie: Movie, reason: fsmlock.Reason) -> None:
    """Record why the movie can't be rendered."""
    movie.fail()
    movie.failure_code = reason.code
    movie.failure_message = reason.message
    movie.failure_remedy = reason.remedy
    save_movie(movie, finished=True)


def mark_cancelled(movie: Movie) -> None:
    """Record that it is cancelled, whatever was asked for before."""
    movie.pausing = False
    _mark_stopped(movie)


def mark_stopped(movie: Movie) -> None:
    """Record that nobody renders it any more because somebody asked to pause or to cancel it."""
    movie.refresh_from_db(fields=["pausing"])
    _mark_stopped(movie)


def record_discarded(movie: Movie) -> None:
    """Record that its finished segments are removed. Call it in the hold's transaction."""
    movie.afresh = False
    Movie.objects.filter(pk=movie.pk).update(afresh=False)


@transaction.atomic
def recover(movie: Movie) -> None:
    """Send the movie's task again, after its worker died or the task was lost.

    A movie whose workers died several times fails: it may be the cause. One whose worker died after it was
    asked to stop is paused or cancelled.

    Raises:
        StaleState: the movie changed meanwhile; nothing needs to be done.
    """
    if movie.state == Movie.States.RENDERING and movie.cancel_requested_at is not None:
        mark_stopped(movie)
        return
    if movie.attempts >= MAX_ATTEMPTS:
        fail(movie, WORKERS_DIED)
        return
    if movie.state == Movie.States.RENDERING:
        movie.requeue()
        save_movie(movie)
    enqueue(movie)


def enqueue(movie: Movie) -> None:
    """Send the movie's task when the transaction has committed."""
    task_id = str(uuid.uuid4())
    Movie.objects.filter(pk=movie.pk).update(task_id=task_id, sent_at=Now())
    movie.task_id = task_id
    notify(movie)
    # robust: if the broker can't be reached, the movie stays queued and its task is sent again later.
    transaction.on_commit(lambda: _publish(movie, task_id), robust=True)


def notify(movie: Movie) -> None:
    """Notify watchers that the movie is new, has changed, or is gone."""
    event = MovieChanged(movie=movie.pk, timelapse=movie.timelapse_id, state=movie.state)
    transaction.on_commit(lambda: movie_changed.send_robust(Movie, event=event), robust=True)
    _publish_to_pages(movie)


def _publish_to_pages(movie: Movie) -> None:
    # One request may change a movie several times: its watchers get one event.
    live.publish_on_commit(group_of(movie.timelapse_id), key=f"movie.{movie.pk}", movie=movie.pk)


def _record_cause(movie: Movie) -> None:
    with start_action(action_type="movie:request", timelapse=movie.timelapse_id):
        inject(movie.cause)
        movie.causal_id = causal_id() or ""


def _publish(movie: Movie, task_id: str) -> None:
    origin = extract(movie.cause)
    with origin.start_child("movie:send", movie=movie.pk) if origin else nullcontext():
        current_app.send_task(RENDER_TASK, args=[movie.pk], task_id=task_id)


def get_movie(movie: int) -> Movie:
    """Return a movie that isn't deleted; it may be in the trash.

    Raises:
        Refused: there is none.
    """
    found = queries.movie_by_id(movie)
    if found is None:
        raise fsmlock.Refused([NO_MOVIE])
    return found


def require_allowed(movie: Movie, transition: str, user: User | None) -> None:
    """Require that a transition or an action is possible; without a user, whoever asks for it.

    Raises:
        TransitionRefused: something is in the way, or the user may not.
    """
    reasons = fsmlock.explain(movie, to=transition, user=user)
    if reasons:
        raise fsmlock.TransitionRefused(reasons, instance=movie)


def _mark_stopped(movie: Movie) -> None:
    if movie.pausing:
        movie.pause()
    else:
        movie.cancel()
    _forget_request_to_stop(movie)
    save_movie(movie, finished=True)


def _forget_request_to_stop(movie: Movie) -> None:
    movie.cancel_requested_by, movie.cancel_requested_at, movie.pausing = "", None, False


def save_movie(movie: Movie, *, finished: bool = False) -> None:
    """Save a movie with its new state; ``finished``: it has ended now.

    Raises:
        StaleState: somebody else was faster.
    """
    if finished:
        movie.finished_at = timezone.now()
    movie.save(update_fields=_SAVED)
    notify(movie)
