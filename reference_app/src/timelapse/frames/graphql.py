"""Frames for the page, and what a camera has to do with them."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from datetime import datetime
from typing import cast
from uuid import UUID
from weakref import WeakKeyDictionary

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from strawberry import relay
from strawberry.dataloader import DataLoader
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from timelapse.cameras.graphql import Camera
from timelapse.cameras.models import Camera as CameraModel
from timelapse.frames import domain, models, queries
from timelapse.shared.graphql import signed_in


@strawberry_django.type(models.Frame, description="A picture that a camera took.")
class Frame(relay.Node):
    """A picture that a camera took."""

    sequence: int
    captured_at: datetime
    received_at: datetime
    clock: str
    sha256: str

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Frame], info: Info) -> QuerySet[models.Frame]:
        """Show frames to who is signed in, by whatever way they are reached."""
        signed_in(info)
        return queryset

    @strawberry_django.field(only=["width", "height", "orientation"], description="Pixels, as displayed.")
    def width(self) -> int:
        """Turn the picture upright."""
        return _displayed(self)[0]

    @strawberry_django.field(only=["width", "height", "orientation"], description="Pixels, as displayed.")
    def height(self) -> int:
        """Turn the picture upright."""
        return _displayed(self)[1]

    @strawberry_django.field(only=["bytes"])
    def bytes(self) -> int:
        """Tell the file's size."""
        return cast("models.Frame", self).bytes

    @strawberry_django.field(only=["file"])
    def image_url(self) -> str:
        """Tell where browsers find the picture."""
        return queries.image_url(cast("models.Frame", self))

    @strawberry_django.field(only=["pk"])
    def thumbnail_url(self) -> str:
        """Tell where browsers find the small copy."""
        return queries.thumbnail_url(cast("models.Frame", self))


def _displayed(frame: Frame) -> tuple[int, int]:
    row = cast("models.Frame", frame)
    return domain.displayed_size(row.width, row.height, row.orientation)


@strawberry.type
class CameraFrames:
    """What this app adds to the type `Camera`, which itself must not know of frames."""

    @strawberry.field(description="The latest picture by the time it was taken.")
    async def last_frame(self) -> Frame | None:
        """Look it up together with those of the other cameras of the request."""
        return cast("Frame | None", await _loaders().last_frame.load(cast("CameraModel", self).pk))

    @strawberry.field(description="How many pictures are stored.")
    async def frame_count(self) -> int:
        """Count them together with those of the other cameras of the request."""
        return await _loaders().frame_count.load(cast("CameraModel", self).pk)


get_object_definition(Camera, strict=True).fields.extend(
    get_object_definition(CameraFrames, strict=True).fields
)


class _Loaders:
    """Answers for many cameras by one query each; nothing is remembered, since websockets live long."""

    def __init__(self) -> None:
        self.last_frame: DataLoader[UUID, models.Frame | None] = DataLoader(_last_frames, cache=False)
        self.frame_count: DataLoader[UUID, int] = DataLoader(_frame_counts, cache=False)


_by_loop: WeakKeyDictionary[AbstractEventLoop, _Loaders] = WeakKeyDictionary()


def _loaders() -> _Loaders:
    return _by_loop.setdefault(get_running_loop(), _Loaders())


async def _last_frames(cameras: list[UUID]) -> list[models.Frame | None]:
    found = await sync_to_async(queries.last_frames)(cameras)
    return [found.get(camera) for camera in cameras]


async def _frame_counts(cameras: list[UUID]) -> list[int]:
    found = await sync_to_async(queries.frame_counts)(cameras)
    return [found.get(camera, 0) for camera in cameras]
