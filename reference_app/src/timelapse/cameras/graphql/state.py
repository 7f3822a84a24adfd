"""What a camera's agent told of itself, what is wished of it, and what it was told to do."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from django.utils import timezone
from strawberry.scalars import JSON

from timelapse.cameras import models, steering
from timelapse.cameras.configuration import Wished
from timelapse.cameras.health import Health
from timelapse.shared.graphql import BigInt


@strawberry.type(description="How the agent and its machine do; null for what the machine can't tell.")
class CameraHealth:
    """See timelapse.cameras.health.Health."""

    clock: str
    dropped: int | None
    exported: int | None
    records: int | None
    oldest_waiting_at: datetime | None
    last_captured_at: datetime | None
    battery_percent: float | None
    driver_battery_percent: float | None
    temperature_celsius: float | None
    throttled: list[str]
    memory_bytes: BigInt | None
    uptime_seconds: float | None
    network: str
    warnings: list[str]

    @classmethod
    def from_value(cls, value: Health) -> Self:
        """Show what was told."""
        return cls(
            clock=value.clock,
            dropped=value.dropped,
            exported=value.exported,
            records=value.records,
            oldest_waiting_at=_moment(value.oldest_at),
            last_captured_at=_moment(value.last_captured_at),
            battery_percent=value.battery_percent,
            driver_battery_percent=value.driver_battery_percent,
            temperature_celsius=value.temperature_c,
            throttled=list(value.throttled),
            memory_bytes=None if value.rss_bytes is None else BigInt(value.rss_bytes),
            uptime_seconds=value.uptime_s,
            network=value.network,
            warnings=list(value.warnings),
        )


@strawberry.type(
    description="What is wished of the agent; a table that is null stays as the agent's own file has it."
)
class CameraConfiguration:
    """See timelapse.cameras.wishes.Wish."""

    revision: int
    interval_seconds: float
    schedule: JSON | None
    exposure: JSON | None
    delivery: JSON | None
    wished_by: str | None
    wished_at: datetime | None

    @classmethod
    def from_value(cls, value: Wished) -> Self:
        """Show what counts."""
        wish, row = value.wish, value.row
        return cls(
            revision=value.revision,
            interval_seconds=wish.interval_s,
            schedule=_json(wish.schedule),
            exposure=_json(wish.exposure),
            delivery=_json(wish.delivery),
            wished_by=None if row is None else row.wished_by_name,
            wished_at=None if row is None else row.wished_at,
        )


@strawberry.type(description="What somebody had the agent do once, and what became of it.")
class CameraCommand:
    """See timelapse.cameras.models.Command."""

    id: strawberry.ID
    name: str
    label: str
    state: str
    message: str
    capture: str
    asked_by: str
    asked_at: datetime
    told_at: datetime | None
    reported_at: datetime | None

    @classmethod
    def from_row(cls, row: models.Command) -> Self:
        """Show the row."""
        return cls(
            id=strawberry.ID(row.pk),
            name=row.name,
            label=dict(steering.LABELS).get(row.name, row.name),  # type: ignore[call-overload] # any text may be asked
            state=steering.shown_state(row.state, row.asked_at, timezone.now()),
            message=row.message,
            capture=row.capture,
            asked_by=row.asked_by_name,
            asked_at=row.asked_at,
            told_at=row.told_at,
            reported_at=row.reported_at,
        )


@strawberry.type(description="One message of the agent's log.")
class CameraLogMessage:
    """See timelapse.cameras.models.Record."""

    id: strawberry.ID
    at: datetime
    name: str
    message: str
    data: JSON

    @classmethod
    def from_row(cls, row: models.Record) -> Self:
        """Show the row: the type of its message or action, and what it says."""
        named = row.data.get("message_type") or row.data.get("action_type") or ""
        said = row.data.get("message") or row.data.get("reason") or row.data.get("action_status") or ""
        return cls(
            id=strawberry.ID(row.record), at=row.at, name=str(named), message=str(said), data=_json(row.data)
        )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _json(value: object) -> JSON:
    return value  # type: ignore[return-value] # JSON is a name for any JSON value
