"""What follows from a camera's settings, for the page."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry

from timelapse.frames import capture_forecast
from timelapse.shared.graphql import BigInt


@strawberry.type(description="What to expect of a camera with certain settings; null for what is not known.")
class CaptureForecast:
    """See timelapse.frames.capture_forecast.CaptureForecast."""

    timezone: str = strawberry.field(description="The time zone of the windows.")
    windows_are_the_agents: bool = strawberry.field(
        description="Whether the windows in the agent's own file apply, which the server doesn't know. "
        "The figures are then those without windows."
    )
    opens_at: datetime | None = strawberry.field(
        description="When the period begins in which it captures, now or next; null if none is in sight."
    )
    closes_at: datetime | None = strawberry.field(description="When it ends; null if no end is in sight.")
    low_frames_a_day: int
    high_frames_a_day: int
    low_bytes_a_day: BigInt | None = strawberry.field(description="If the next frames are as the last ones.")
    high_bytes_a_day: BigInt | None
    low_disk_days: float | None = strawberry.field(
        description="How many days fit on the agent's disk while it can't deliver."
    )
    high_disk_days: float | None

    @classmethod
    def from_value(cls, value: capture_forecast.CaptureForecast) -> Self:
        """Convert a value."""
        frames, size, disk = value.frames_a_day, value.bytes_a_day, value.disk_days
        return cls(
            timezone=value.timezone,
            windows_are_the_agents=value.windows_are_the_agents,
            opens_at=value.opens_at,
            closes_at=value.closes_at,
            low_frames_a_day=int(frames.low),
            high_frames_a_day=int(frames.high),
            low_bytes_a_day=None if size is None else BigInt(int(size.low)),
            high_bytes_a_day=None if size is None else BigInt(int(size.high)),
            low_disk_days=None if disk is None else disk.low,
            high_disk_days=None if disk is None else disk.high,
        )
