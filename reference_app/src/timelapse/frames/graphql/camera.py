"""What frames know of a camera: the latest, how many, previews, the timeline, when its spool is empty."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast

import strawberry
from asgiref.sync import sync_to_async
from django.utils import timezone
from graphql import GraphQLError
from strawberry.types.base import get_object_definition

from timelapse.cameras.graphql import Camera
from timelapse.cameras.models import Camera as CameraModel
from timelapse.frames import previews
from timelapse.frames.film import timeline_of
from timelapse.frames.graphql.frame import Frame
from timelapse.frames.graphql.loaders import loaders
from timelapse.frames.graphql.timeline import Timeline
from timelapse.frames.models import Preview as PreviewModel
from timelapse.shared.graphql import BigInt

#: Longest stretch that one timeline shows.
_LONGEST: Final = timedelta(days=1100)


@strawberry.type(description="A small picture that shows what the camera sees; no frame of any film.")
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
        """Show the row."""
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
    """What this app adds to the type `Camera`, which itself must not know of frames."""

    @strawberry.field(description="The latest picture by the time it was taken.")
    async def latest_frame(self) -> Frame | None:
        """Look it up together with those of the other cameras of the request."""
        return cast("Frame | None", await loaders().latest_frame.load(cast("CameraModel", self).pk))

    @strawberry.field(description="How many pictures are stored.")
    async def frame_count(self) -> int:
        """Count them together with those of the other cameras of the request."""
        return await loaders().frame_count.load(cast("CameraModel", self).pk)

    @strawberry.field(description="The newest preview whose original is not here yet.")
    async def preview(self) -> Preview | None:
        """Look it up together with those of the other cameras of the request."""
        row = await loaders().preview.load(cast("CameraModel", self).pk)
        return None if row is None else Preview.from_row(row)

    @strawberry.field(description="What the stored frames take, bytes.")
    async def stored_bytes(self) -> BigInt:
        """Look it up together with those of the other cameras of the request."""
        return BigInt(await loaders().stored_bytes.load(cast("CameraModel", self).pk))

    @strawberry.field(
        description="In how many seconds the spool is empty; null when it does not get shorter."
    )
    async def drain_seconds(self) -> float | None:
        """Compare what arrived lately with what is filmed meanwhile."""
        return await loaders().drain.load(cast("CameraModel", self).pk)

    @strawberry.field(
        description="A stretch of its life: how many frames there are, where they are missing, and why."
    )
    async def timeline(self, since: datetime, until: datetime) -> Timeline:
        """Look at it."""
        if since.tzinfo is None or until.tzinfo is None or not timedelta() < until - since <= _LONGEST:
            message = f"A timeline needs two moments with time zones, {_LONGEST.days} days apart at most."
            raise GraphQLError(message, extensions={"code": "wrong_stretch"})
        seen = await sync_to_async(timeline_of)(
            cast("CameraModel", self).pk, since, until, now=timezone.now()
        )
        return Timeline.from_value(seen)


get_object_definition(Camera, strict=True).fields.extend(
    get_object_definition(CameraFrames, strict=True).fields
)
