"""Reads what needs somebody: for each viewer what they may see, in a constant number of queries."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import queue_insight
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import cameras
from timelapse.home import domain
from timelapse.home.domain import Disk, FailedMovie, Periodic
from timelapse.operations.models import QueuePause
from timelapse.operations.queries import recent_periodic_tasks
from timelapse.operations.task_labels import label_of
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import failure_of, full_name, listed_movies
from timelapse.rendering.trash import bytes_in_trash
from timelapse.shared import conf
from timelapse.shared.progress import about
from timelapse.why.queries import camera_links, workers_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from queue_insight.periodic import PeriodicTask
    from timelapse.why.domain.facts import Workers
    from timelapse.why.domain.links import Link

#: How many cameras are asked at most whether they need somebody.
_CAMERAS_ASKED: Final = 1000


def needs_of(user: User) -> Iterator[Link]:
    """Return what needs somebody, as far as the user may see it."""
    if user.has_perm("cameras.view_camera"):
        for camera in paired_cameras():
            yield from camera_links(camera)
    if user.has_perm("rendering.view_movie"):
        failed = listed_movies().filter(state=Movie.States.FAILED)
        listed = [failed_movie(movie) for movie in failed[: domain.FAILED_LISTED]]
        yield from domain.failed_movies(listed, failed.count())
    if user.has_perm("operations.view_operations"):
        found, is_known = workers()
        yield from domain.queues(found, is_known=is_known)
        yield from domain.periodic(periodic_tasks() if is_known else ())
        yield from domain.disk(disk_of(conf.get().media_root))


def paired_cameras() -> QuerySet[Camera]:
    """Return the cameras that are asked whether they need somebody."""
    return cameras().filter(state=Camera.States.PAIRED)[:_CAMERAS_ASKED]


def failed_movie(movie: Movie) -> FailedMovie:
    """Return what a failed movie says of itself; its timelapse must be loaded."""
    return FailedMovie(
        name=full_name(movie),
        subject=about(movie),
        failure=failure_of(movie),
        failed_at=movie.finished_at,
    )


def workers() -> tuple[list[Workers], bool]:
    """Return who takes the tasks of each queue, and whether that is known."""
    snapshot = queue_insight.snapshot(tasks=(), peek=1)
    pauses = {pause.name: pause for pause in QueuePause.objects.all()}
    found = [workers_of(queue.name, snapshot, pauses.get(queue.name)) for queue in snapshot.queues]
    return found, snapshot.fresh


def periodic_tasks() -> list[Periodic]:
    """Return what is done by a schedule, and whether it comes."""
    return [_periodic(task) for task in recent_periodic_tasks()]


def _periodic(task: PeriodicTask) -> Periodic:
    seen = [span.start for span in (task.last_sent, task.last_run) if span is not None]
    return Periodic(
        entry=task.entry,
        label=label_of(task.task),
        state=task.state,
        due=task.due,
        seen_at=max(seen, default=None),
    )


def disk_of(folder: Path) -> Disk | None:
    """Return the disk of a folder, which need not exist yet; None if it can't be read."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    try:
        usage = shutil.disk_usage(existing)
    except OSError:
        return None
    disk = Disk(free=usage.free, total=usage.total)
    return replace(disk, in_trash=bytes_in_trash()) if disk.is_nearly_full else disk
