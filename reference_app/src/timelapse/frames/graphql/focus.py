"""The focus aid of a camera, for the page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

import strawberry

from timelapse.cameras.health import Health
from timelapse.frames import previews
from timelapse.frames.models import Preview
from timelapse.shared.access import needs, readable_by

if TYPE_CHECKING:
    from timelapse.cameras.models import Camera


@readable_by(needs("frames.view_preview"))
@strawberry.type(description="The centre of what the lens saw, pixel by pixel.")
class FocusPicture:
    """See timelapse.frames.models.Preview."""

    id: strawberry.ID
    captured_at: datetime
    received_at: datetime
    image_url: str
    width: int
    height: int
    sharpness: float = strawberry.field(
        description="How much neighbouring pixels differ, in relation to the contrast. Comparable only with "
        "pictures of the same scene in the same light."
    )

    @classmethod
    def from_row(cls, row: Preview) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(f"focus-{row.pk}"),
            captured_at=row.captured_at,
            received_at=row.received_at,
            image_url=previews.preview_url(row),
            width=row.width,
            height=row.height,
            sharpness=row.sharpness or 0.0,
        )


@strawberry.type(description="What the focus aid does; it takes pictures while somebody asks for them.")
class FocusAid:
    """See timelapse.cameras.focus."""

    state: str = strawberry.field(
        description="What the agent said of it last: off, on or failed; empty if it has no focus aid."
    )
    message: str = strawberry.field(description="Why it failed.")
    until: datetime | None = strawberry.field(description="Until when pictures are wanted.")
    pictures: list[FocusPicture] = strawberry.field(description="Newest first; 20 at most.")

    @classmethod
    def of(cls, camera: Camera, pictures: list[Preview]) -> Self:
        """Build it from a camera's row and its pictures."""
        health = Health.from_json(camera.health)
        return cls(
            state=health.focus,
            message=health.focus_message,
            until=camera.focus_until,
            pictures=[FocusPicture.from_row(row) for row in pictures],
        )
