"""What is let in when a code is approved."""

from __future__ import annotations

from datetime import datetime
from typing import Self, cast

import strawberry
from asgiref.sync import sync_to_async

from timelapse.cameras import models, queries
from timelapse.cameras.graphql.camera import Camera
from timelapse.cameras.graphql.camera import Query as CameraQuery
from timelapse.shared.access import needs, only


@strawberry.type(description="An agent that shows a code and waits for its approval.")
class PairingRequest:
    """See timelapse.cameras.models.Pairing."""

    user_code: str
    name: str
    driver: str
    model: str
    agent: str = strawberry.field(description="The agent's own name and version.")
    address: str = strawberry.field(description="The network address from which it asked.")
    requested_at: datetime
    approved: bool = strawberry.field(description="Whether somebody has approved it already.")
    camera: Camera | None = strawberry.field(
        description="The camera that it was before, with its frames and whether it was revoked."
    )

    @classmethod
    def from_row(cls, row: models.Pairing) -> Self:
        """Convert a row."""
        return cls(
            user_code=row.user_code,
            name=row.name,
            driver=row.driver,
            model=row.model,
            agent=row.agent,
            address=row.address,
            requested_at=row.created_at,
            approved=row.camera_id is not None,
            camera=cast("Camera | None", row.existing_camera),
        )


@strawberry.type
class Query(CameraQuery):
    """Reads of cameras and of pairing requests."""

    @strawberry.field(
        description="The agent that shows this code now; null if none does.",
        metadata=only(needs("cameras.add_camera")),
    )
    async def pairing_request(self, user_code: str) -> PairingRequest | None:
        """Find it, to be shown before it is approved."""
        row = await sync_to_async(queries.pairing_by_code)(
            user_code, models.Pairing.objects.select_related("existing_camera")
        )
        return None if row is None else PairingRequest.from_row(row)
