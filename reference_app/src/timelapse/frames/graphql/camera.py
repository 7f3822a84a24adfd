"""What this app adds to the type `Camera`: latest frame, count, preview, timeline, health, forecast, week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import strawberry
from asgiref.sync import sync_to_async
from django.utils import timezone
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from camera_agent.protocol.settings import CameraSettings
from timelapse.cameras.command_rules import PERMISSION
from timelapse.cameras.configuration import current_configurations
from timelapse.cameras.graphql import Camera
from timelapse.cameras.graphql.health_history import HealthHistory
from timelapse.cameras.health import Health
from timelapse.cameras.health_history import health_series
from timelapse.cameras.models import Camera as CameraModel
from timelapse.cameras.sample_slots import KEPT, ChartSlots
from timelapse.cameras.settings_form import from_form, settings_in
from timelapse.frames import capture_forecast, drain_estimate, ledger, previews, queries, schedule_week
from timelapse.frames.graphql.focus import FocusAid
from timelapse.frames.graphql.forecast import CaptureForecast
from timelapse.frames.graphql.frame import Frame
from timelapse.frames.graphql.schedule_week import ScheduleEdit, ScheduleWeek
from timelapse.frames.graphql.timeline import Timeline
from timelapse.frames.models import Preview as PreviewModel
from timelapse.frames.schedule_edit import Edit
from timelapse.frames.timeline import timeline_of
from timelapse.shared.access import needs, only, readable_by
from timelapse.shared.graphql import BigInt, load

#: Longest period of one timeline.
_LONGEST: Final = timedelta(days=1100)


@readable_by(needs("frames.view_preview"))
@strawberry.type(description="A small picture that shows what the camera sees; not a frame of a timelapse.")
class Preview:
    """See timelapse.frames.models.Preview."""

    id: strawberry.ID
    captured_at: datetime
    received_at: datetime
    clock: str
    width: int
    height: int
    image_url: str

    @classmethod
    def from_row(cls, row: PreviewModel) -> Preview:
        """Build it from the row."""
        return cls(
            id=strawberry.ID(f"preview-{row.pk}"),
            captured_at=row.captured_at,
            received_at=row.received_at,
            clock=row.clock,
            width=row.width,
            height=row.height,
            image_url=previews.preview_url(row),
        )


@strawberry.type
class CameraFrames:
    """Fields added to the type `Camera`, which itself must not import frames."""

    @strawberry.field(description="The latest picture by the time it was taken.")
    async def latest_frame(self, info: Info) -> Frame | None:
        """Load it together with those of the other cameras of the request."""
        return cast("Frame | None", await load(info, queries.latest_frames, _pk(self)))

    @strawberry.field(description="How many pictures are stored.")
    async def frame_count(self, info: Info) -> int:
        """Load it together with those of the other cameras of the request."""
        return await load(info, queries.frame_counts, _pk(self)) or 0

    @strawberry.field(description="The newest preview whose original has not arrived yet.")
    async def preview(self, info: Info) -> Preview | None:
        """Load it together with those of the other cameras of the request."""
        row = await load(info, previews.newest_previews, _pk(self))
        return None if row is None else Preview.from_row(row)

    @strawberry.field(description="What its focus aid does, and its newest pictures.")
    async def focus_aid(self, info: Info) -> FocusAid:
        """Load the pictures together with those of the other cameras of the request."""
        found = await load(info, previews.focus_pictures, _pk(self))
        return FocusAid.of(cast("CameraModel", self), found or [])

    @strawberry.field(description="Size of the stored frames, bytes.")
    async def stored_bytes(self, info: Info) -> BigInt:
        """Load it together with those of the other cameras of the request."""
        return BigInt(await load(info, ledger.stored_bytes, _pk(self)) or 0)

    @strawberry.field(
        description="In how many seconds the spool will be empty; null if it isn't getting shorter."
    )
    async def drain_seconds(self, info: Info) -> float | None:
        """Load it together with those of the other cameras of the request."""
        return await load(info, drain_estimate.estimates, _pk(self))

    @strawberry.field(description="A period: how many frames there are, where frames are missing, and why.")
    async def timeline(self, since: datetime, until: datetime) -> Timeline:
        """Read the timeline."""
        if since.tzinfo is None or until.tzinfo is None or not timedelta() < until - since <= _LONGEST:
            message = f"A timeline needs two moments with time zones, {_LONGEST.days} days apart at most."
            raise GraphQLError(message, extensions={"code": "wrong_stretch"})
        value = await sync_to_async(timeline_of)(_pk(self), since, until, now=timezone.now())
        return Timeline.from_value(value)

    @strawberry.field(description="How warm, charged, full and far behind its machine was over a period.")
    async def health_history(self, since: datetime, until: datetime) -> HealthHistory:
        """Read the samples.

        Raises:
            GraphQLError: the period isn't one, or is longer than samples are kept (``wrong_stretch``).
        """
        if since.tzinfo is None or until.tzinfo is None or not timedelta() < until - since <= KEPT:
            message = f"A health history needs two moments with time zones, {KEPT.days} days apart at most."
            raise GraphQLError(message, extensions={"code": "wrong_stretch"})
        return await sync_to_async(_health_history)(_pk(self), since, until)

    @strawberry.field(
        description="What follows from the settings of the action `configure`, or from the current ones: "
        "when the camera captures, and how much comes of a day. Null for settings that can't work."
    )
    async def capture_forecast(self, configuration: JSON | None = None) -> CaptureForecast | None:
        """Forecast it."""
        return await sync_to_async(_forecast)(cast("CameraModel", self), configuration)

    @strawberry.field(
        description="This week by the schedule of the action `configure`, or by the current one, and what an "
        "edit makes of it. Nothing is saved. Null for a configuration that is no object.",
        metadata=only(needs(PERMISSION)),
    )
    async def schedule_week(
        self, configuration: JSON | None = None, edit: ScheduleEdit | None = None
    ) -> ScheduleWeek | None:
        """Work it out.

        Raises:
            GraphQLError: the edit isn't one (``extensions.code`` is ``wrong_edit``).
        """
        camera, change = cast("CameraModel", self), None if edit is None else edit.to_value()
        return await sync_to_async(_schedule_week)(camera, configuration, change)


def _health_history(camera: UUID, since: datetime, until: datetime) -> HealthHistory:
    chart = ChartSlots.between(since, until)
    return HealthHistory.from_series(since, until, chart, health_series(camera, chart))


def _forecast(camera: CameraModel, filled: object) -> CaptureForecast | None:
    if filled is None:
        settings: CameraSettings | None = current_configurations([camera.pk])[camera.pk].settings
    else:
        settings = settings_in(filled)
    if settings is None:
        return None
    return CaptureForecast.from_value(capture_forecast.forecast(camera, settings, now=timezone.now()))


def _schedule_week(camera: CameraModel, filled: object, edit: Edit | None) -> ScheduleWeek | None:
    if filled is None:
        values = current_configurations([camera.pk])[camera.pk].values
    elif isinstance(filled, dict):
        values = from_form(filled)
    else:
        return None
    schedule = cast("dict[str, object] | None", values.get("schedule"))
    agents = Health.from_json(camera.health).timezone
    week = schedule_week.week_of(schedule, edit, timezone=agents or "UTC", now=timezone.now())
    own = str((schedule or {}).get("timezone") or "")
    return ScheduleWeek.from_value(week, own or agents or None)


def _pk(camera: CameraFrames) -> UUID:
    return cast("CameraModel", camera).pk


get_object_definition(Camera, strict=True).fields.extend(
    get_object_definition(CameraFrames, strict=True).fields
)
