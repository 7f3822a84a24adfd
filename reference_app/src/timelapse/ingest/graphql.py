"""The quarantined files of a camera."""

from __future__ import annotations

from datetime import datetime
from typing import Self, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types.base import get_object_definition

from timelapse.cameras.graphql import Camera
from timelapse.cameras.models import Camera as CameraModel
from timelapse.ingest import models, queries
from timelapse.shared.graphql import BigInt


@strawberry.type(description="A file that arrived complete but is no usable picture.")
class QuarantinedCapture:
    """See timelapse.ingest.models.Quarantined."""

    id: strawberry.ID
    name: str
    code: str
    message: str
    bytes: BigInt
    at: datetime
    kept: bool = strawberry.field(description="Whether the file is still in the quarantine folder.")

    @classmethod
    def from_row(cls, row: models.Quarantined) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(f"quarantined-{row.pk}"),
            name=row.filename or row.capture,
            code=row.code,
            message=row.message,
            bytes=BigInt(row.bytes),
            at=row.at,
            kept=bool(row.file),
        )


@strawberry.type
class CameraQuarantine:
    """What this app adds to the type `Camera`."""

    @strawberry.field(description="The newest quarantined files, newest first, each with its reason.")
    async def quarantined(self) -> list[QuarantinedCapture]:
        """Return the newest rows."""
        rows = await sync_to_async(queries.newest_quarantined)(cast("CameraModel", self).pk)
        return [QuarantinedCapture.from_row(row) for row in rows]

    @strawberry.field(description="How many files were quarantined.")
    async def quarantined_count(self) -> int:
        """Return the number of rows."""
        return await sync_to_async(queries.quarantined_count)(cast("CameraModel", self).pk)


get_object_definition(Camera, strict=True).fields.extend(
    get_object_definition(CameraQuarantine, strict=True).fields
)
