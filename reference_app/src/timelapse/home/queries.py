"""Reads what the first page shows: for each viewer what they may see, in a constant number of queries."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import queue_insight
from fsmlock import Reason
from queue_insight.models import PausedQueue
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import cameras
from timelapse.home import domain
from timelapse.home.domain import Disk, FailedMovie
from timelapse.operations.queries import runs
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import full_name, visible_movies
from timelapse.shared import conf
from timelapse.shared.list_updates import LISTED
from timelapse.shared.progress import about
from timelapse.timelapses.queries import timelapses
from timelapse.why.queries import camera_links, workers_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.contrib.auth.models import User

    from fsmlock.models import Run
    from timelapse.timelapses.models import Timelapse
    from timelapse.why.domain import Link

#: How many movies that are being rendered are listed at most.
_MAKING_LISTED: Final = 20
#: How many cameras are asked at most whether they need somebody.
_CAMERAS_ASKED: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What one viewer sees."""

    tiles: tuple[Timelapse | Camera, ...]
    #: How many tiles there are besides.
    more: int
    needs: tuple[Link, ...]
    making: tuple[Movie | Run, ...]


def home(user: User) -> Home:
    """Return what the user sees."""
    tiles, more = _tiles(user)
    return Home(tiles=tiles, more=more, needs=tuple(_needs(user)), making=(*_movies(user), *_runs(user)))


def _tiles(user: User) -> tuple[tuple[Timelapse | Camera, ...], int]:
    """Return the timelapses, then the cameras without one, and how many are not among them."""
    shown = timelapses() if user.has_perm("timelapses.view_timelapse") else timelapses().none()
    idle = cameras().filter(state=Camera.States.PAIRED).exclude(pk__in=shown.order_by().values("camera"))
    if not user.has_perm("cameras.view_camera"):
        idle = idle.none()
    first = shown[:LISTED]
    rest = idle[: max(0, LISTED - len(first))]
    return (*first, *rest), shown.count() + idle.count() - len(first) - len(rest)


def _needs(user: User) -> Iterator[Link]:
    if user.has_perm("cameras.view_camera"):
        for camera in cameras().filter(state=Camera.States.PAIRED)[:_CAMERAS_ASKED]:
            yield from camera_links(camera)
    if user.has_perm("rendering.view_movie"):
        failed = visible_movies().filter(state=Movie.States.FAILED)
        listed = [_failed(movie) for movie in failed[: domain.FAILED_LISTED]]
        yield from domain.failed_movies(listed, failed.count())
    if user.has_perm("operations.view_operations"):
        yield from _queues()
        yield from domain.disk(disk_of(conf.get().media_root))


def _failed(movie: Movie) -> FailedMovie:
    return FailedMovie(
        name=full_name(movie),
        subject=about(movie),
        failure=Reason(code=movie.failure_code, message=movie.failure_message, remedy=movie.failure_remedy),
        failed_at=movie.finished_at,
    )


def _queues() -> Iterator[Link]:
    snapshot = queue_insight.snapshot()
    pauses = {pause.name: pause for pause in PausedQueue.objects.all()}
    found = [workers_of(queue.name, snapshot, pauses.get(queue.name)) for queue in snapshot.queues]
    return domain.queues(found, is_known=snapshot.fresh)


def disk_of(folder: Path) -> Disk | None:
    """Return the disk of a folder, which need not exist yet; None if it can't be read."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    try:
        usage = shutil.disk_usage(existing)
    except OSError:
        return None
    return Disk(free=usage.free, total=usage.total)


def _movies(user: User) -> tuple[Movie, ...]:
    if not user.has_perm("rendering.view_movie"):
        return ()
    return tuple(visible_movies().filter(state=Movie.States.RENDERING)[:_MAKING_LISTED])


def _runs(user: User) -> tuple[Run, ...]:
    """Return the runs that have begun and not ended."""
    return tuple(run for run in runs(user) if run.started_at is not None and run.ended_at is None)
