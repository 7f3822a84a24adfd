"""Thins out old frames, camera by camera, without taking a frame from an unfinished movie."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils import timezone

from fsmlock.iteration import Iteration
from fsmlock.models import Run
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import visible
from timelapse.frames.retention import remove
from timelapse.rendering.models import Movie
from timelapse.timelapses.retention import removable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from timelapse.frames.models import Frame

#: How long a run waits for the movies of its camera before it looks again.
WAITS_FOR_MOVIES: Final = timedelta(seconds=10)
#: A run that a person cancelled is not repeated within this time.
CANCELLED_FOR: Final = timedelta(days=1)


class ThinFrames(Iteration):
    """Removes the frames of one camera that the retention doesn't keep.

    No movie of the camera is rendered while it works. It steps aside for movies that are queued, so that they
    get their frames.
    """

    unit = "frame"
    batch_size = 500
    transactional = True
    needs = ("thin",)

    def __init__(self, camera: str, now: str) -> None:
        self._camera = UUID(camera)
        self._now = datetime.fromisoformat(now)

    def target(self) -> Camera:
        """The camera, whose movies are not rendered meanwhile."""
        return Camera.objects.get(pk=self._camera)

    def items(self) -> QuerySet[Frame]:
        """The camera's frames to remove."""
        return removable(self._now).filter(camera=self._camera)

    def each_batch(self, items: Sequence[Frame]) -> None:
        """Remove a batch, without the frames that somebody has decided to keep since the run began."""
        still = removable(self._now).filter(pk__in=[frame.pk for frame in items])
        remove(list(still))

    def throttle(self) -> timedelta | None:
        """Step aside for the camera's unfinished movies."""
        unfinished = (Movie.States.QUEUED, Movie.States.RENDERING)
        waiting = Movie.objects.filter(timelapse__camera=self._camera, state__in=unfinished).exists()
        return WAITS_FOR_MOVIES if waiting else None


def enqueue_thinning(*, now: datetime | None = None) -> int:
    """Enqueue a run for each camera that has frames to remove; return how many."""
    now = now or timezone.now()
    with_old_frames = removable(now).order_by().values("camera")
    enqueued = 0
    for camera in visible(Camera.objects.filter(pk__in=with_old_frames)):
        if not _is_under_way(camera, now):
            ThinFrames.enqueue(camera=str(camera.pk), now=now.isoformat(), by="retention")
            enqueued += 1
    return enqueued


def _is_under_way(camera: Camera, now: datetime) -> bool:
    """Return whether the camera has an unfinished run, or a person cancelled one a short while ago."""
    name = f"{ThinFrames.__module__}.{ThinFrames.__qualname__}"
    runs = Run.objects.filter(iteration=name, arguments__camera=str(camera.pk))
    cancelled = runs.filter(state=Run.States.CANCELLED, ended_at__gt=now - CANCELLED_FOR)
    return cancelled.exists() or runs.exclude(state__in=Run.States.ENDED).exists()
