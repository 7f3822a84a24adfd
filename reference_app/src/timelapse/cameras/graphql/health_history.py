"""A camera's health over time, for the page."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry

from timelapse.cameras import health_history as history
from timelapse.cameras.sample_slots import SLOT, ChartSlots


@strawberry.type(description="The least, the mean and the most of a measure, from `at` to the next point.")
class HealthPoint:
    """See timelapse.cameras.health_history.Point."""

    at: datetime
    low: float
    mean: float
    high: float


@strawberry.type(description="A measured value, and when.")
class HealthReading:
    """See timelapse.cameras.health_history.Reading."""

    at: datetime
    value: float


@strawberry.type(description="One measure over time. Points where nothing was measured are left out.")
class HealthSeries:
    """See timelapse.cameras.health_history.Series."""

    unit: str = strawberry.field(description="The unit of all values: °C, %, bytes or captures.")
    points: list[HealthPoint] = strawberry.field(description="Oldest first; 300 at most.")
    last: HealthReading | None = strawberry.field(
        description="The newest sample of the period; null if it says nothing of this measure."
    )

    @classmethod
    def from_value(cls, value: history.Series) -> Self:
        """Convert a value."""
        return cls(
            unit=history.UNITS[value.measure],
            points=[
                HealthPoint(at=point.at, low=point.low, mean=point.mean, high=point.high)
                for point in value.points
            ],
            last=HealthReading(at=value.last.at, value=value.last.value) if value.last else None,
        )


@strawberry.type(
    description="What samples of a camera's heartbeats say of its machine, one of every five minutes, with a "
    "common time axis. A series is null if nothing of it was measured in the period."
)
class HealthHistory:
    """See timelapse.cameras.health_history.Series."""

    since: datetime
    until: datetime
    point_seconds: int = strawberry.field(
        description="From one point to the next. Points that are further apart have a gap between them."
    )
    temperature_celsius: HealthSeries | None
    battery_percent: HealthSeries | None
    driver_battery_percent: HealthSeries | None
    disk_free: HealthSeries | None
    spool_pending: HealthSeries | None

    @classmethod
    def from_series(
        cls, since: datetime, until: datetime, chart: ChartSlots, series: list[history.Series]
    ) -> Self:
        """Convert the series of a chart."""
        by_measure = {one.measure: HealthSeries.from_value(one) for one in series}
        return cls(
            since=since,
            until=until,
            point_seconds=int((chart.in_point * SLOT).total_seconds()),
            temperature_celsius=by_measure.get(history.Measure.TEMPERATURE),
            battery_percent=by_measure.get(history.Measure.BATTERY),
            driver_battery_percent=by_measure.get(history.Measure.CAMERA_BATTERY),
            disk_free=by_measure.get(history.Measure.DISK_FREE),
            spool_pending=by_measure.get(history.Measure.SPOOL_PENDING),
        )
