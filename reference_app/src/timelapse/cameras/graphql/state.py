"""A camera's health, desired configuration, commands and log messages."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry
from django.utils import timezone
from strawberry.scalars import JSON

from timelapse.cameras import command_rules, models
from timelapse.cameras.configuration import DesiredConfiguration
from timelapse.cameras.graphql.settings import CameraDelivery, CameraExposure, CameraSchedule, to_graphql
from timelapse.cameras.health import Health
from timelapse.shared.graphql import BigInt


@strawberry.type(description="Health of the agent and its machine; null for what the machine can't measure.")
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
    recent_starts: int | None = strawberry.field(
        description="How often the agent was started within ten minutes, this start included."
    )
    network: str
    warnings: list[str]

    @classmethod
    def from_value(cls, value: Health) -> Self:
        """Convert the health of the last heartbeat."""
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
            recent_starts=value.recent_starts,
            network=value.network,
            warnings=list(value.warnings),
        )


@strawberry.type(
    description="The desired configuration; a table that is null stays as in the agent's own file."
)
class CameraConfiguration:
    """See timelapse.cameras.settings.CameraSettings."""

    revision: int
    interval_seconds: float
    schedule: CameraSchedule | None
    exposure: CameraExposure | None
    delivery: CameraDelivery | None
    updated_by: str | None
    updated_at: datetime | None

    @classmethod
    def from_value(cls, value: DesiredConfiguration) -> Self:
        """Convert a configuration."""
        values, row = value.values, value.row
        return cls(
            revision=value.revision,
            interval_seconds=float(str(values["interval_s"])),
            schedule=to_graphql("schedule", values.get("schedule")),
            exposure=to_graphql("exposure", values.get("exposure")),
            delivery=to_graphql("delivery", values.get("delivery")),
            updated_by=None if row is None else row.updated_by_name,
            updated_at=None if row is None else row.updated_at,
        )


@strawberry.type(description="A command to the agent, and its result.")
class CameraCommand:
    """See timelapse.cameras.models.Command."""

    id: strawberry.ID
    name: str
    label: str
    state: str
    message: str
    capture: str
    requested_by: str
    requested_at: datetime
    sent_at: datetime | None
    reported_at: datetime | None

    @classmethod
    def from_row(cls, row: models.Command) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(row.pk),
            name=row.name,
            label=dict(command_rules.LABELS).get(row.name, row.name),  # type: ignore[call-overload] # a row may have any name
            state=command_rules.shown_state(row.state, row.requested_at, timezone.now()),
            message=row.message,
            capture=row.capture,
            requested_by=row.requested_by_name,
            requested_at=row.requested_at,
            sent_at=row.sent_at,
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
        """Convert a row; the name is the type of its message or action."""
        name = row.data.get("message_type") or row.data.get("action_type") or ""
        message = row.data.get("message") or row.data.get("reason") or row.data.get("action_status") or ""
        return cls(
            id=strawberry.ID(row.record),
            at=row.at,
            name=str(name),
            message=str(message),
            data=_json(row.data),
        )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _json(value: object) -> JSON:
    return value  # type: ignore[return-value] # JSON is a name for any JSON value
