"""Reads of timelapses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from timelapse.frames.models import Frame
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

#: Deleted ones are left out: their rows stay, and would become more and more.
_KEPT: Final = (Timelapse.States.READY, Timelapse.States.ARCHIVED, Timelapse.States.FAILED)
_FIRST_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)
_LAST_MOMENT: Final = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """Frame count and latest frame of a timelapse."""

    frame_count: int = 0
    latest: Frame | None = None


def visible(timelapses: QuerySet[Timelapse]) -> QuerySet[Timelapse]:
    """Filter out deleted timelapses, and join the cameras."""
    deleted = (Timelapse.States.DELETING, Timelapse.States.DELETED)
    return timelapses.select_related("camera").exclude(state__in=deleted)


def timelapse_by_id(timelapse: int) -> Timelapse | None:
    """Return a timelapse unless it is deleted."""
    return visible(Timelapse.objects.all()).filter(pk=timelapse).first()


def timelapses() -> QuerySet[Timelapse]:
    """Return all timelapses except deleted ones, with their cameras."""
    return visible(Timelapse.objects.all())


def listed() -> QuerySet[Timelapse]:
    """Return the timelapses of the lists: neither archived nor deleted, with their cameras."""
    return timelapses().exclude(state=Timelapse.States.ARCHIVED)


def archived() -> QuerySet[Timelapse]:
    """Return the archived timelapses, with their cameras."""
    return timelapses().filter(state=Timelapse.States.ARCHIVED)


def timelapses_of_cameras(cameras: Iterable[UUID]) -> dict[UUID, list[Timelapse]]:
    """Return the timelapses of each camera that are listed, oldest first, in one query."""
    found: dict[UUID, list[Timelapse]] = {}
    for timelapse in listed().filter(camera__in=set(cameras)):
        found.setdefault(timelapse.camera_id, []).append(timelapse)
    return found


def timelapses_of(camera: UUID) -> QuerySet[Timelapse]:
    """Return a camera's timelapses except deleted ones."""
    return visible(Timelapse.objects.filter(camera=camera))


def timelapses_containing(camera: UUID, captured_at: datetime) -> list[int]:
    """Return the timelapses that contain this camera's frame of this time."""
    return list(containing(camera, captured_at).values_list("pk", flat=True))


def containing(camera: UUID | OuterRef, captured_at: datetime | OuterRef) -> QuerySet[Timelapse]:
    """Return the timelapses that contain a camera's frame of a time, archived ones included."""
    begun = Q(starts_at=None) | Q(starts_at__lte=captured_at)
    not_over = Q(ends_at=None) | Q(ends_at__gte=captured_at)
    return Timelapse.objects.filter(begun, not_over, camera=camera, state__in=_KEPT).order_by()


def with_own_retention() -> QuerySet[Timelapse]:
    """Return the timelapses that don't leave it to the settings how long frames are kept."""
    return Timelapse.objects.filter(state__in=_KEPT, keep_all_days__isnull=False).order_by()


def footage(timelapses: Iterable[int]) -> dict[int, Footage]:
    """Count the frames and find the latest of each timelapse, in two queries."""
    theirs = Frame.objects.filter(
        camera=OuterRef("camera"),
        captured_at__gte=Coalesce(OuterRef("starts_at"), Value(_FIRST_MOMENT, DateTimeField())),
        captured_at__lte=Coalesce(OuterRef("ends_at"), Value(_LAST_MOMENT, DateTimeField())),
    ).order_by()
    counted = theirs.values("camera").annotate(n=Count("pk")).values("n")
    latest = theirs.order_by("-captured_at", "-sequence").values("pk")[:1]
    rows = (
        Timelapse.objects.filter(pk__in=set(timelapses))
        .order_by()
        .annotate(frame_count=Coalesce(Subquery(counted), 0, output_field=IntegerField()))
        .values_list("pk", "frame_count", Subquery(latest))
    )
    found = {pk: (count, last) for pk, count, last in rows}
    frames = Frame.objects.in_bulk({last for _, last in found.values() if last is not None})
    return {
        pk: Footage(frame_count=count, latest=frames.get(last) if last is not None else None)
        for pk, (count, last) in found.items()
    }
