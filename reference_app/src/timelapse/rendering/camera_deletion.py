"""Deletes cameras together with their timelapses, movies and frames."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from celery import current_app
from django.db import transaction

import fsmlock
from eliot_progress import progress
from timelapse.cameras.changes import publish_change
from timelapse.cameras.events import CameraDeletion, camera_deletion
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import camera_by_id
from timelapse.frames import ledger
from timelapse.frames.domain import folders_of
from timelapse.frames.models import Frame
from timelapse.frames.queries import frame_counts
from timelapse.rendering import queries
from timelapse.rendering.deletion import hold_to_delete
from timelapse.rendering.models import Movie
from timelapse.shared import conf
from timelapse.timelapses.actions import NO_CAMERA
from timelapse.timelapses.actions import publish_change as publish_timelapse_change
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.queries import timelapses_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User

    from fsmlock import ActiveHold

#: The task that completes deletions, by name: tasks know actions, not the other way round.
FINISH_TASK: Final = "rendering.finish_deletions"
#: Rows of frames deleted per transaction.
BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What is lost with a camera; ``bytes`` are those of its frames."""

    timelapses: int
    movies: int
    frames: int
    bytes: int


def loss(camera: Camera) -> Loss:
    """Return what is lost when the camera is deleted."""
    return Loss(
        timelapses=timelapses_of(camera.pk).count(),
        movies=queries.movies_of_camera(camera.pk).count(),
        frames=frame_counts([camera.pk]).get(camera.pk, 0),
        bytes=ledger.stored_bytes([camera.pk]).get(camera.pk, 0),
    )


def delete_camera(camera: UUID, user: User | None = None, *, stop_movies: bool = False) -> Camera:
    """Mark the camera and its timelapses as deleting, and have a worker delete what they have.

    From then on its agent is refused, and its pages are gone.

    Args:
        camera: its primary key.
        user: who deletes it.
        stop_movies: whether to stop the workers that render its movies; else such a movie is in the way.

    Raises:
        Refused: there is no such camera, the user may not, or a movie or an import of it is in the way.
    """
    found = camera_by_id(camera)
    if found is None:
        raise fsmlock.Refused([NO_CAMERA])
    with hold_to_delete(found, user, stop_movies=stop_movies) as held, held.transaction():
        found.start_deleting()
        found.save()
        _mark_timelapses(found)
        publish_change(found.pk, "deleted")
    # Only now is the hold released. If the broker can't be reached, the periodic task does the same later.
    transaction.on_commit(lambda: current_app.send_task(FINISH_TASK), robust=True)
    return found


def finish_camera_deletions() -> int:
    """Complete the deletions of cameras; return how many. Calling it again completes what was interrupted."""
    done = 0
    for camera in Camera.objects.filter(state=Camera.States.DELETING):
        lock = fsmlock.hold(camera, "delete", policy=fsmlock.Skip(), why=f"Deleting {camera}")
        with suppress(fsmlock.HoldLost, fsmlock.StaleState), lock as held:
            if held and _delete_content(held, camera):
                done += 1
    return done


def _mark_timelapses(camera: Camera) -> None:
    for timelapse in timelapses_of(camera.pk):
        timelapse.start_deleting()
        timelapse.save()
        publish_timelapse_change(timelapse.pk, "deleted")


def _delete_content(held: ActiveHold, camera: Camera) -> bool:
    """Delete the frames, what other apps keep, and all rows. False while a timelapse isn't deleted yet."""
    with held.transaction():
        _mark_timelapses(camera)  # one that was created meanwhile
    if Timelapse.objects.filter(camera=camera).exclude(state=Timelapse.States.DELETED).exists():
        return False
    frames = Frame.objects.filter(camera=camera).order_by("pk")
    with progress(
        "delete:camera", total=frames.count(), unit="frame", description=f"Deleting {camera}"
    ) as work:
        while batch := list(frames.values_list("pk", flat=True)[:BATCH]):
            with held.transaction():
                Frame.objects.filter(pk__in=batch).delete()
            work.advance(len(batch))
    for folder in folders_of(camera.pk):
        shutil.rmtree(conf.get().media_root / folder, ignore_errors=True)
    camera_deletion.send(Camera, event=CameraDeletion(camera=camera.pk))
    with held.transaction():
        Movie.objects.filter(timelapse__camera=camera).delete()
        Timelapse.objects.filter(camera=camera).delete()
        camera.delete()
    return True
