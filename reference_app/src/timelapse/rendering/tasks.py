"""Celery tasks that render movies under the timelapse's lock."""

from __future__ import annotations

import time
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from eliot import start_action

import fsmlock
import queue_insight
from eliot_progress import cancellation, progress
from fsmlock import Reason
from fsmlock.adapters.celery import RetryLaterTask
from timelapse.rendering import actions, camera_deletion, deletion, latest, queries, retention, sounds, trash
from timelapse.rendering.actions import RENDER_TASK, MovieFile
from timelapse.rendering.camera_deletion import FINISH_TASK
from timelapse.rendering.chapters import chapters_of
from timelapse.rendering.domain import INTERNAL, LEASE, MEASURING, WAIT_FOR_LOCK
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.errors import RenderError
from timelapse.rendering.pipeline.render import Rendered, render
from timelapse.rendering.pipeline.store import SegmentStore
from timelapse.rendering.planning import plan_of, sound_of, times_shown
from timelapse.rendering.steadying import measure, unmeasured
from timelapse.rendering.whereabouts import waits
from timelapse.shared import conf
from timelapse.shared.progress import about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fsmlock import ActiveHold
    from timelapse.frames.models import Frame
    from timelapse.rendering.chapters import Chapter
    from timelapse.rendering.pipeline.store import Encoded

cancellation(fsmlock.CancelRequested)


@shared_task(name=RENDER_TASK, base=RetryLaterTask)
def render_movie(movie: int) -> None:
    """Render the movie unless it is finished, cancelled or being rendered.

    The timelapse's render lock ensures that repeated deliveries render a movie once at a time.
    A task that doesn't get the lock gives its worker back and retries later. The holder of the lock sends
    the next movie's task when it is done, so that the movie doesn't wait for its retry.

    Raises:
        HoldRefused: the lock is held; `RetryLaterTask` retries.
    """
    found = queries.movie_by_id(movie)
    if found is None or found.state not in {Movie.States.QUEUED, Movie.States.RENDERING}:
        return
    if queries.is_being_rendered(found):
        return
    lock = fsmlock.hold(
        found.timelapse,
        "render",
        policy=WAIT_FOR_LOCK,
        lease=LEASE,
        why=str(found),
        holder=found.requester or None,
    )
    with suppress(fsmlock.HoldLost, fsmlock.StaleState), lock as held:
        _render_with(held, found)
    actions.notify(found)  # only now is the lock free: pages show it
    if found.latest:
        latest.remove_replaced(found.timelapse_id)
    if waiting := queries.next_queued(found.timelapse_id):
        actions.enqueue(waiting)


@shared_task(name="rendering.recover_movies")
def recover_movies() -> None:
    """Send the tasks of movies again whose worker died or whose task was lost; not of those that wait."""
    orphaned = queries.possibly_orphaned()
    queued = [movie.task_id for movie in orphaned if movie.state == Movie.States.QUEUED]
    snapshot = queue_insight.snapshot(tasks=queued) if queued else None
    for movie in orphaned:
        if snapshot is not None and movie.task_id in queued and waits(movie, snapshot):
            continue
        if not queries.render_lock_reasons(movie.timelapse) and not queries.is_in_line(movie):
            with suppress(fsmlock.StaleState):
                actions.recover(movie)


@shared_task(name="rendering.request_latest_movies")
def request_latest_movies() -> int:
    """Request the latest movies that are due; return how many."""
    return latest.request_due(timezone.now())


@shared_task(name=FINISH_TASK)
def finish_deletions() -> int:
    """Complete deletions of cameras, and of timelapses that a crash interrupted; return how many.

    Sounds that no movie has are removed, too.
    """
    done = deletion.finish_deletions() + camera_deletion.finish_camera_deletions()
    sounds.remove_unused(timezone.now())
    return done


@shared_task(name="rendering.empty_trash")
def empty_trash() -> int:
    """Delete for good the movies whose time in the trash is over; return how many."""
    return trash.sweep(timezone.now())


@shared_task(name="rendering.thin_frames")
def thin_frames() -> int:
    """Enqueue a run of the retention for each camera that has frames to remove; return how many."""
    return retention.enqueue_thinning()


def _render_with(held: ActiveHold, movie: Movie) -> None:
    with held.transaction():
        movie.refresh_from_db(fields=["state", "cancel_requested_at"])
        if movie.state == Movie.States.RENDERING and movie.cancel_requested_at is not None:
            actions.mark_stopped(movie)  # its worker died before it could stop
            return
        actions.begin(movie, held.token)
    try:
        _render(held, movie)
    except fsmlock.CancelRequested:
        with transaction.atomic():
            actions.mark_stopped(movie)
    except RenderError as error:
        with held.transaction():
            actions.fail(movie, Reason(code=error.code, message=error.message, remedy=error.remedy))
    except (fsmlock.HoldLost, fsmlock.StaleState):
        raise
    except Exception:
        with held.transaction():
            actions.fail(movie, INTERNAL)
        raise


def _measure(held: ActiveHold, movie: Movie, frames: Sequence[Frame]) -> None:
    missing = len(unmeasured(frames))
    if not missing:
        return
    with progress(
        MEASURING,
        total=len(frames),
        unit="frame",
        about=about(movie),
        by=movie.requester,
        description=f"Measuring how the camera moved, for {movie}",
        initial=len(frames) - missing,
    ) as work:
        work.step("measuring how the camera moved")

        def on_measured() -> None:
            work.advance()
            held.check()

        measure(frames, on_measured)


def _render(held: ActiveHold, movie: Movie) -> None:
    store = SegmentStore(queries.segments_of(movie.timelapse_id))
    plan = plan_of(movie, partial(_measure, held, movie))
    if movie.afresh:
        store.discard(plan)
        with held.transaction():
            actions.record_discarded(movie)
    if plan.segments and store.find(plan.segments[0]) is None:
        plan = plan.starting_quickly()  # a stretch whose first segment another movie would have shared
    store.sweep(conf.get().segment_bytes, keep=plan)
    begun, kept = time.monotonic(), store.frames_done(plan)
    with progress(
        "render:movie",
        total=plan.frame_count,
        unit="frame",
        about=about(movie),
        by=movie.requester,
        description=f"Rendering {movie}",
        initial=kept,  # what an earlier attempt has done is not this one's pace
    ) as work:

        def on_frame(done: int) -> None:
            held.check()
            work.to(done)
            if done == plan.frame_count:
                work.step("finishing the file")

        def on_beginning(parts: list[Encoded]) -> None:
            with held.transaction():
                files = [(part.path.stem, part.frames) for part in parts if part.path is not None]
                actions.record_beginning(movie, files)

        try:
            with start_action(action_type="render:encode"):
                result = render(
                    plan,
                    queries.folder_of(movie.pk),
                    store,
                    max_pixels=conf.get().max_pixels,
                    on_frame=on_frame,
                    on_beginning=on_beginning,
                    on_packet=held.check,
                    sound=sound_of(movie),
                    stalled_after_s=conf.get().render_stalled_seconds,
                )
            with closing(result) as rendered:
                work.step("publish")
                movie.frames_done = plan.frame_count
                with held.transaction():
                    rendered.publish()
                    took = time.monotonic() - begun
                    chapters = chapters_of(times_shown(movie, plan, rendered.left_out), movie.fps)
                    file = _file(rendered, chapters, encoded=plan.frame_count - kept, took_s=took)
                    actions.finish(movie, file)
            store.sweep(conf.get().segment_bytes)
        except BaseException:
            movie.frames_done = store.frames_done(plan)  # saved with the state that follows
            raise


def _file(rendered: Rendered, chapters: list[Chapter], *, encoded: int, took_s: float) -> MovieFile:
    left_out = [{"frame": left.name, "code": left.code, "reason": left.reason} for left in rendered.left_out]
    return MovieFile(
        frame_count=rendered.info.frame_count,
        duration_s=rendered.info.duration_s,
        bytes=rendered.info.bytes,
        left_out=left_out,
        chapters=[chapter.to_json() for chapter in chapters],
        encoded_frames=encoded,
        render_s=took_s,
    )
