"""What each camera's frames take, a row a day: limits are judged by it without counting frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Sum

from timelapse.frames.models import Frame, Intake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime, timedelta
    from uuid import UUID


def add(camera: UUID, size: int, day: date) -> None:
    """Enter a frame; inside the transaction that stores it, so that the two never disagree."""
    today = Intake.objects.filter(camera=camera, day=day)
    more = {"frames": F("frames") + 1, "bytes": F("bytes") + size}
    if not today.update(**more):
        Intake.objects.bulk_create([Intake(camera_id=camera, day=day)], ignore_conflicts=True)
        today.update(**more)


def bytes_of(camera: UUID, day: date) -> int:
    """Say how much arrived on a day."""
    return Intake.objects.filter(camera=camera, day=day).values_list("bytes", flat=True).first() or 0


def stored_bytes(cameras: Iterable[UUID]) -> dict[UUID, int]:
    """Say how much each camera's frames take, in one query."""
    rows = Intake.objects.filter(camera__in=set(cameras)).order_by().values_list("camera")
    return dict(rows.annotate(total=Sum("bytes")))


def arrived_since(camera: UUID, now: datetime, within: timedelta, *, at_most: int) -> int:
    """Count the frames that arrived lately, up to a number beyond which it does not matter."""
    recent = Frame.objects.filter(camera=camera, received_at__gt=now - within).order_by()
    return recent.values("pk")[:at_most].count()
