"""A camera's health over time: samples of its heartbeats, and charts of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db.models import Avg, F, Max, Min

from timelapse.cameras.health_models import HealthSample
from timelapse.cameras.sample_slots import KEPT, ChartSlots, slot_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import Model, QuerySet

    from timelapse.cameras.domain import Heartbeat


class Measure(StrEnum):
    """What is measured; the value is the column of the samples."""

    TEMPERATURE = "temperature_c"
    BATTERY = "battery_percent"
    CAMERA_BATTERY = "driver_battery_percent"
    DISK_FREE = "disk_free"
    SPOOL_PENDING = "spool_pending"


UNITS: Final[Mapping[Measure, str]] = {
    Measure.TEMPERATURE: "°C",
    Measure.BATTERY: "%",
    Measure.CAMERA_BATTERY: "%",
    Measure.DISK_FREE: "bytes",
    Measure.SPOOL_PENDING: "captures",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The least, the mean and the most of a measure, from ``at`` to the next point."""

    at: datetime
    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A measured value, and when."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The points of one measure. Where nothing was measured there is none."""

    measure: Measure
    points: list[Point]
    #: What the newest sample of the period says; None: it says nothing of this measure.
    last: Reading | None


def record_sample(camera: UUID, heartbeat: Heartbeat, now: datetime) -> None:
    """Keep the first heartbeat of each slot; others only look whether there is one."""
    slot = slot_of(now)
    if HealthSample.objects.filter(camera=camera, slot=slot).exists():
        return
    sample = HealthSample(
        camera_id=camera,
        slot=slot,
        at=now,
        temperature_c=heartbeat.health.temperature_c,
        battery_percent=heartbeat.health.battery_percent,
        driver_battery_percent=heartbeat.health.driver_battery_percent,
        disk_free=heartbeat.disk_free,
        spool_pending=heartbeat.spool_pending,
    )
    HealthSample.objects.bulk_create([sample], ignore_conflicts=True)


def health_series(camera: UUID, chart: ChartSlots) -> list[Series]:
    """Return the measures of which there are values. Takes two queries, whatever the period."""
    return series_of(HealthSample.objects.filter(camera=camera), chart, Measure)


def series_of(samples: QuerySet[Model], chart: ChartSlots, measures: Iterable[Measure]) -> list[Series]:
    """Return the measures of which one camera's ``samples`` have values, each from its column."""
    within = samples.filter(slot__gte=chart.first, slot__lt=chart.end)
    found: dict[Measure, list[Point]] = {measure: [] for measure in measures}
    aggregates = {
        f"{name}_{measure}": aggregate(measure)
        for measure in found
        for name, aggregate in (("low", Min), ("mean", Avg), ("high", Max))
    }
    rows = within.values(point=F("slot") / chart.in_point).annotate(**aggregates).order_by("point")
    for row in rows:
        for measure, points in found.items():
            if row[f"low_{measure}"] is not None:
                low, mean, high = (row[f"{name}_{measure}"] for name in ("low", "mean", "high"))
                points.append(Point(at=chart.begin_of_point(row["point"]), low=low, mean=mean, high=high))
    newest = within.order_by("-slot").values("at", *found).first() or {}
    return [
        Series(measure=measure, points=points, last=_reading(newest, measure))
        for measure, points in found.items()
        if points
    ]


def trim_samples(cameras: Iterable[UUID], *, now: datetime) -> int:
    """Remove each camera's samples that are older than `KEPT`; return how many were removed."""
    oldest = slot_of(now - KEPT)
    return sum(HealthSample.objects.filter(camera=camera, slot__lt=oldest).delete()[0] for camera in cameras)


def _reading(newest: Mapping[str, object], measure: Measure) -> Reading | None:
    value = newest[measure]
    if value is None:
        return None
    return Reading(at=newest["at"], value=float(value))  # type: ignore[arg-type] # our own columns
