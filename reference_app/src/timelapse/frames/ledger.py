"""Frames and bytes per camera and day, so that limits are checked without counting frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Sum

from timelapse.frames.models import Frame, Intake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime, timedelta
    from uuid import UUID


def add(camera: UUID, size: int, day: date) -> None:
    """Count a frame. Call it inside the transaction that stores the frame."""
    today = Intake.objects.filter(camera=camera, day=day)
    more = {"frames": F("frames") + 1, "bytes": F("bytes") + size}
    if not today.update(**more):
        Intake.objects.bulk_create([Intake(camera_id=camera, day=day)], ignore_conflicts=True)
        today.update(**more)


def remove(frames: Iterable[Frame]) -> None:
    """Take frames out of the counts of their days. Call it inside the transaction that deletes them."""
    removed: dict[tuple[UUID, date], list[int]] = {}
    for frame in frames:
        removed.setdefault((frame.camera_id, frame.received_at.date()), []).append(frame.bytes)
    for (camera, day), sizes in removed.items():
        Intake.objects.filter(camera=camera, day=day).update(
            frames=F("frames") - len(sizes), bytes=F("bytes") - sum(sizes)
        )


def bytes_of(camera: UUID, day: date) -> int:
    """Return the bytes that arrived on a day."""
    return Intake.objects.filter(camera=camera, day=day).values_list("bytes", flat=True).first() or 0


def stored_bytes(cameras: Iterable[UUID]) -> dict[UUID, int]:
    """Return the bytes of each camera's frames, in one query."""
    rows = Intake.objects.filter(camera__in=set(cameras)).order_by().values_list("camera")
    return dict(rows.annotate(total=Sum("bytes")))


def arrived_since(camera: UUID, now: datetime, within: timedelta, *, at_most: int) -> int:
    """Count the frames that arrived within ``within`` before ``now``, but at most ``at_most``."""
    recent = Frame.objects.filter(camera=camera, received_at__gt=now - within).order_by()
    return recent.values("pk")[:at_most].count()
