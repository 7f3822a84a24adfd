"""What this app adds to the type `Camera`: latest frame, count, preview, timeline, drain estimate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import strawberry
from asgiref.sync import sync_to_async
from django.utils import timezone
from graphql import GraphQLError
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from timelapse.cameras.graphql import Camera
from timelapse.cameras.models import Camera as CameraModel
from timelapse.frames import drain_estimate, ledger, previews, queries
from timelapse.frames.graphql.frame import Frame
from timelapse.frames.graphql.timeline import Timeline
from timelapse.frames.models import Preview as PreviewModel
from timelapse.frames.timeline import timeline_of
from timelapse.shared.access import needs, readable_by
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


def _pk(camera: CameraFrames) -> UUID:
    return cast("CameraModel", camera).pk


get_object_definition(Camera, strict=True).fields.extend(
    get_object_definition(CameraFrames, strict=True).fields
)
