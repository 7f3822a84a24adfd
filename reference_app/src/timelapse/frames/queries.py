"""Reads of frames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, QuerySet, Subquery

from timelapse.cameras.configuration import current_configurations
from timelapse.cameras.models import Camera
from timelapse.frames.daylight import timezone_of
from timelapse.frames.domain import LARGE_SIDE, large_thumbnail_path
from timelapse.frames.models import Frame
from timelapse.shared import conf
from timelapse.shared.formats import SHOWN_BY_BROWSERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


def zone_of(camera: Camera) -> ZoneInfo:
    """Return the camera's time zone; UTC if that is not known."""
    settings = current_configurations([camera.pk])[camera.pk].settings
    return ZoneInfo(timezone_of(settings, camera.health) or "UTC")


def frames_of(camera: UUID) -> QuerySet[Frame]:
    """Return a camera's frames in playing order: by capture time, then sequence."""
    return Frame.objects.filter(camera=camera).order_by("captured_at", "sequence")


def stored_frame(camera: UUID, capture: str) -> Frame | None:
    """Find the frame that was stored under this capture id."""
    return Frame.objects.filter(camera=camera, capture=capture).first()


def latest_frames(cameras: Iterable[UUID]) -> dict[UUID, Frame]:
    """Return the latest frame of each camera, in one query."""
    latest = (
        Frame.objects.filter(camera=OuterRef("pk")).order_by("-captured_at", "-sequence").values("pk")[:1]
    )
    latest_ids = Camera.objects.filter(pk__in=set(cameras)).values(latest=Subquery(latest))
    return {frame.camera_id: frame for frame in Frame.objects.filter(pk__in=latest_ids)}


def frame_counts(cameras: Iterable[UUID]) -> dict[UUID, int]:
    """Count the frames of each camera, in one query; cameras without frames are left out."""
    counted = (
        Frame.objects.filter(camera__in=set(cameras)).order_by().values_list("camera").annotate(n=Count("pk"))
    )
    return dict(counted)


def unmeasured() -> QuerySet[Frame]:
    """Return the frames of all cameras whose pixels were not measured."""
    return Frame.objects.filter(luma_ev=None)


def file_of(frame: Frame) -> Path:
    """Return the path of the picture."""
    return conf.get().media_root / frame.file


def thumbnail_of(frame: Frame) -> Path:
    """Return the path of the thumbnail."""
    return conf.get().media_root / frame.thumbnail


def large_thumbnail_of(frame: Frame) -> Path:
    """Return the path of the large thumbnail."""
    return conf.get().media_root / large_thumbnail_path(frame.thumbnail)


def original_url(frame: Frame) -> str:
    """Return the URL of the picture's file, also of a kind that browsers don't show."""
    return f"/media/frames/{frame.pk}{Path(frame.file).suffix}"


def image_url(frame: Frame) -> str:
    """Return the URL of the picture; of its large thumbnail if browsers don't show its kind."""
    if Path(frame.file).suffix.removeprefix(".") not in SHOWN_BY_BROWSERS:
        return f"/media/large-thumbnails/{frame.pk}.jpg"
    return original_url(frame)


def thumbnail_url(frame: Frame) -> str:
    """Return the URL of the thumbnail."""
    return f"/media/thumbnails/{frame.pk}.jpg"


def large_thumbnail_url(frame: Frame) -> str:
    """Return the URL of the large thumbnail; of the picture itself if that is no larger."""
    if max(frame.width, frame.height) <= LARGE_SIDE:
        return image_url(frame)
    return f"/media/large-thumbnails/{frame.pk}.jpg"
