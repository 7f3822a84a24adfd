"""Measures frames that an earlier version stored without their numbers, camera by camera, once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from PIL import Image

from fsmlock.iteration import Iteration
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import visible
from timelapse.frames.actions import record_measurements
from timelapse.frames.queries import unmeasured
from timelapse.ingest.pipeline.measure import measure
from timelapse.ingest.pipeline.thumbnails import ensure_thumbnail

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from timelapse.frames.models import Frame


class MeasureFrames(Iteration):
    """Measures the frames of one camera by their thumbnails; one that can't be read stays as it is."""

    unit = "frame"
    #: Frames that arrive later are measured on arrival.
    unique = "ever"

    def __init__(self, camera: str) -> None:
        self._camera = UUID(camera)

    def items(self) -> QuerySet[Frame]:
        """The camera's frames without numbers."""
        return unmeasured().filter(camera=self._camera).order_by("pk")

    def each(self, frame: Frame) -> None:
        """Measure one."""
        thumbnail = ensure_thumbnail(frame)
        if thumbnail is None:
            return
        with suppress(OSError), Image.open(thumbnail, formats=("JPEG",)) as opened:
            record_measurements(frame, measure(opened.convert("RGB")))


def enqueue_measuring() -> int:
    """Enqueue a run for each camera that has frames without numbers, once; return how many have them."""
    cameras = visible(Camera.objects.filter(pk__in=unmeasured().order_by().values("camera")))
    for camera in cameras:
        MeasureFrames.enqueue(camera=str(camera.pk), by="ingest")
    return len(cameras)
