"""A frame for the page."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final, cast

import strawberry
import strawberry_django
from strawberry import relay

from timelapse.frames import domain, models, queries
from timelapse.frames.pages import FrameKey
from timelapse.shared.access import needs, readable_by

#: A camera reports what it likes: so much of it is shown.
_MOST_FACTS: Final = 30
_LONGEST_FACT: Final = 80


@strawberry.enum(description="How large a thumbnail is.")
class ThumbnailSize(Enum):
    """How large a thumbnail is."""

    SMALL = strawberry.enum_value("SMALL", description="320 pixels at the longer side.")
    LARGE = strawberry.enum_value(
        "LARGE", description="1280 pixels at the longer side, or the picture itself if it has no more."
    )


@strawberry.type(description="Who hid a frame from movies, and when.")
class Hidden:
    """Who hid a frame from movies, and when."""

    by: str
    at: datetime


@strawberry.type(description="Something that a camera reported of a picture.")
class Fact:
    """A name and a value, as the camera wrote them."""

    name: str
    value: str


@readable_by(needs("frames.view_frame"))
@strawberry_django.type(models.Frame, description="A picture that a camera took.")
class Frame(relay.Node):
    """A picture that a camera took."""

    pk: relay.NodeID[int]  # declared, as for Stateful
    sequence: int
    captured_at: datetime
    received_at: datetime
    clock: str
    sha256: str
    filename: str

    @strawberry_django.field(only=["width", "height", "orientation"], description="Pixels, as displayed.")
    def width(self) -> int:
        """Apply the orientation."""
        return _displayed(self)[0]

    @strawberry_django.field(only=["width", "height", "orientation"], description="Pixels, as displayed.")
    def height(self) -> int:
        """Apply the orientation."""
        return _displayed(self)[1]

    @strawberry_django.field(
        only=["captured_at", "sequence", "pk"], description="Its cursor in the lists of frames."
    )
    def cursor(self) -> str:
        """Return its key as a cursor."""
        return FrameKey.of(cast("models.Frame", self)).cursor

    @strawberry_django.field(only=["bytes"])
    def bytes(self) -> int:
        """Return the file's size in bytes."""
        return cast("models.Frame", self).bytes

    @strawberry_django.field(only=["file"])
    def image_url(self) -> str:
        """Return the picture's URL."""
        return queries.image_url(cast("models.Frame", self))

    @strawberry_django.field(
        only=["file"], description="The file as it was captured, also of a kind that browsers don't show."
    )
    def original_url(self) -> str:
        """Return its URL."""
        return queries.original_url(cast("models.Frame", self))

    @strawberry_django.field(
        only=["pk", "file", "width", "height"], description="A small copy: fast to load, and upright."
    )
    def thumbnail_url(self, size: ThumbnailSize = ThumbnailSize.SMALL) -> str:
        """Return the thumbnail's URL."""
        row = cast("models.Frame", self)
        return queries.thumbnail_url(row) if size is ThumbnailSize.SMALL else queries.large_thumbnail_url(row)

    @strawberry_django.field(
        only=["hidden_at", "hidden_by"],
        description="Who hid it from movies, and when; null unless it is hidden.",
    )
    def hidden(self) -> Hidden | None:
        """Build it from the row."""
        row = cast("models.Frame", self)
        return None if row.hidden_at is None else Hidden(by=row.hidden_by, at=row.hidden_at)

    @strawberry_django.field(
        only=["exposure"], description="What the camera reported of the exposure; empty if nothing."
    )
    def exposure(self) -> list[Fact]:
        """List the reported values by name."""
        reported = cast("models.Frame", self).exposure
        return [
            Fact(name=str(name)[:_LONGEST_FACT], value=str(value)[:_LONGEST_FACT])
            for name, value in sorted(reported.items())[:_MOST_FACTS]
            if isinstance(value, str | int | float)
        ]


def _displayed(frame: Frame) -> tuple[int, int]:
    row = cast("models.Frame", frame)
    return domain.displayed_size(row.width, row.height, row.orientation)
