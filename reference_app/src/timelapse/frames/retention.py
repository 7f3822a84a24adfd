"""Retention: which old frames are removed, how much that is, and the removal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import transaction
from django.db.models import Count, F, Sum

from timelapse.cameras.changes import publish_change
from timelapse.frames import ledger
from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of, large_thumbnail_of, thumbnail_of
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Of the frames that arrived earlier than ``before``, keep one of ``every``.

    Arrival is by this server's clock: a camera whose clock is wrong loses no frame by it. Which frame is kept
    depends on its sequence number alone, so that a repeated run keeps the same ones.
    """

    before: datetime
    every: int

    @classmethod
    def configured(cls, now: datetime) -> Self | None:
        """Return the retention of the settings; None while it is off."""
        settings = conf.get()
        if settings.keep_all_days == 0:
            return None
        return cls(before=now - timedelta(days=settings.keep_all_days), every=settings.keep_every)

    def removable(self) -> QuerySet[Frame]:
        """Return the frames to remove, of all cameras."""
        old = Frame.objects.filter(received_at__lt=self.before)
        return old.alias(remainder=F("sequence") % self.every).filter(remainder__gt=0).order_by("pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """How many frames would be removed, and their bytes."""

    frames: int
    bytes: int


def size_of(frames: QuerySet[Frame]) -> Removal:
    """Count frames and their bytes, without removing them."""
    found = frames.order_by().aggregate(frames=Count("pk"), bytes=Sum("bytes"))
    return Removal(frames=found["frames"], bytes=found["bytes"] or 0)


@transaction.atomic
def remove(frames: Sequence[Frame]) -> None:
    """Delete the rows, and the files after the commit, so that no row ever lacks its file."""
    Frame.objects.filter(pk__in=[frame.pk for frame in frames]).delete()
    ledger.remove(frames)
    transaction.on_commit(lambda: _unlink_files(frames), robust=True)
    for camera in {frame.camera_id for frame in frames}:
        publish_change(camera, "retention")


def _unlink_files(frames: Sequence[Frame]) -> None:
    for frame in frames:
        file_of(frame).unlink(missing_ok=True)
        thumbnail_of(frame).unlink(missing_ok=True)
        large_thumbnail_of(frame).unlink(missing_ok=True)
