"""Deletes timelapses and cameras, and says beforehand what is in the way and what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info
from strawberry.types.base import get_object_definition

import fsmlock
from timelapse.cameras.graphql import Camera
from timelapse.cameras.queries import camera_by_id
from timelapse.rendering import camera_deletion, deletion
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import BigInt, UserError, signed_in, user_errors
from timelapse.timelapses.graphql import Timelapse, camera_pk_of, pk_of
from timelapse.timelapses.queries import timelapse_by_id

if TYPE_CHECKING:
    from timelapse.cameras.models import Camera as CameraModel


@strawberry.type(description="What is lost with a camera. `bytes` is the size of its frames.")
class DeletionLoss:
    """See timelapse.rendering.camera_deletion.Loss."""

    timelapses: int
    movies: int
    frames: int
    bytes: BigInt


@strawberry.type
class CameraDeletion:
    """Fields added to the type `Camera`, which itself must not import movies."""

    @strawberry_django.field(description="What is lost when it is deleted.")
    def deletion_loss(self) -> DeletionLoss:
        """Count it."""
        lost = camera_deletion.loss(cast("CameraModel", self))
        return DeletionLoss(
            timelapses=lost.timelapses, movies=lost.movies, frames=lost.frames, bytes=BigInt(lost.bytes)
        )


get_object_definition(Camera, strict=True).fields.extend(
    get_object_definition(CameraDeletion, strict=True).fields
)


@strawberry.input
class DeleteTimelapseInput:
    """The timelapse to delete, and whether to stop the worker that renders a movie of it."""

    timelapse: relay.GlobalID
    stop_movies: bool = False


@strawberry.input
class DeleteCameraInput:
    """The camera to delete, and whether to stop the workers that render its movies."""

    camera: relay.GlobalID
    stop_movies: bool = False


@strawberry.type
class DeleteTimelapsePayload:
    """The deleted timelapse's id, or the timelapse in its current state and the errors."""

    deleted_timelapse_id: relay.GlobalID | None
    timelapse: Timelapse | None
    errors: list[UserError]


@strawberry.type
class DeleteCameraPayload:
    """The deleted camera's id, or the camera in its current state and the errors."""

    deleted_camera_id: relay.GlobalID | None
    camera: Camera | None
    errors: list[UserError]


@strawberry.type
class Deletions:
    """Deletions of what has movies."""

    @strawberry.mutation(
        description="Delete a timelapse and its movies; the camera keeps its frames.",
        metadata=only(needs("timelapses.delete_timelapse")),
    )
    async def delete_timelapse(self, info: Info, input: DeleteTimelapseInput) -> DeleteTimelapsePayload:  # noqa: A002
        """Delete it."""
        user, timelapse = signed_in(info), pk_of(input.timelapse, "Timelapse")
        try:
            await sync_to_async(deletion.delete_timelapse)(timelapse, user, stop_movies=input.stop_movies)
        except fsmlock.Refused as refused:
            found = await sync_to_async(timelapse_by_id)(timelapse)
            return DeleteTimelapsePayload(
                deleted_timelapse_id=None,
                timelapse=cast("Timelapse | None", found),
                errors=user_errors(refused.reasons),
            )
        return DeleteTimelapsePayload(deleted_timelapse_id=input.timelapse, timelapse=None, errors=[])

    @strawberry.mutation(
        description="Delete a camera with its timelapses, their movies and all frames.",
        metadata=only(needs("cameras.delete_camera")),
    )
    async def delete_camera(self, info: Info, input: DeleteCameraInput) -> DeleteCameraPayload:  # noqa: A002
        """Delete it."""
        user = signed_in(info)
        camera = None
        try:
            camera = camera_pk_of(input.camera)
            await sync_to_async(camera_deletion.delete_camera)(camera, user, stop_movies=input.stop_movies)
        except fsmlock.Refused as refused:
            found = None if camera is None else await sync_to_async(camera_by_id)(camera)
            return DeleteCameraPayload(
                deleted_camera_id=None,
                camera=cast("Camera | None", found),
                errors=user_errors(refused.reasons),
            )
        return DeleteCameraPayload(deleted_camera_id=input.camera, camera=None, errors=[])
