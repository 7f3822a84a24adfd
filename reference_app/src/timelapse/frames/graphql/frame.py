"""A frame for the page."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import strawberry_django
from strawberry import relay

from timelapse.frames import domain, models, queries
from timelapse.shared.access import needs, readable_by


@readable_by(needs("frames.view_frame"))
@strawberry_django.type(models.Frame, description="A picture that a camera took.")
class Frame(relay.Node):
    """A picture that a camera took."""

    sequence: int
    captured_at: datetime
    received_at: datetime
    clock: str
    sha256: str

    @strawberry_django.field(only=["width", "height", "orientation"], description="Pixels, as displayed.")
    def width(self) -> int:
        """Apply the orientation."""
        return _displayed(self)[0]

    @strawberry_django.field(only=["width", "height", "orientation"], description="Pixels, as displayed.")
    def height(self) -> int:
        """Apply the orientation."""
        return _displayed(self)[1]

    @strawberry_django.field(only=["bytes"])
    def bytes(self) -> int:
        """Return the file's size in bytes."""
        return cast("models.Frame", self).bytes

    @strawberry_django.field(only=["file"])
    def image_url(self) -> str:
        """Return the picture's URL."""
        return queries.image_url(cast("models.Frame", self))

    @strawberry_django.field(only=["pk"])
    def thumbnail_url(self) -> str:
        """Return the thumbnail's URL."""
        return queries.thumbnail_url(cast("models.Frame", self))


def _displayed(frame: Frame) -> tuple[int, int]:
    row = cast("models.Frame", frame)
    return domain.displayed_size(row.width, row.height, row.orientation)
