"""Cameras for the page: who is there, whether they live, letting them in and out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import cast
from uuid import UUID

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.utils import timezone
from graphql import GraphQLError
from strawberry import relay
from strawberry.types import Info
from strawberry_django.relay import DjangoListConnection

import fsmlock
from eliot_progress.adapters.graphql import Liveness
from fsmlock.adapters.graphql import Transition
from timelapse.cameras import actions, domain, models, queries
from timelapse.cameras.errors import PairingRefused
from timelapse.shared import conf
from timelapse.shared.graphql import UpdateKind, UserError, signed_in, user_errors
from timelapse.shared.live import needs_snapshot, watch


@strawberry_django.type(models.Camera, description="A camera whose agent sends frames.")
class Camera(relay.Node):
    """A camera. Apps that know more of it (its frames) extend this type."""

    name: str
    driver: str
    model: str
    state: str
    beat_at: datetime | None
    next_by: datetime | None
    grace_seconds: float = strawberry_django.field(field_name="grace_s")
    spool_pending: int
    state_detail: str

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Camera], info: Info) -> QuerySet[models.Camera]:
        """Show cameras to who is signed in, by whatever way they are reached."""
        signed_in(info)
        return queryset

    @strawberry_django.field(
        only=["next_by", "grace_s"], description="Whether the agent keeps its own promise."
    )
    def liveness(self) -> Liveness:
        """Judge the last heartbeat."""
        camera = cast("models.Camera", self)
        return Liveness(domain.liveness(timezone.now(), camera.next_by, camera.grace_s))

    @strawberry_django.field(only=["state", "name"], description="What can be done with it, and why not.")
    def available_transitions(self, info: Info) -> list[Transition]:
        """Ask the state machine."""
        camera = cast("models.Camera", self)
        return [Transition.from_value(each) for each in fsmlock.available(camera, signed_in(info))]


@strawberry.input
class ApproveCameraInput:
    """The code that a camera shows, and what to call it (as it calls itself, when left out)."""

    user_code: str
    name: str | None = None


@strawberry.input
class RevokeCameraInput:
    """Which camera may send no more."""

    camera: relay.GlobalID


@strawberry.type
class CameraPayload:
    """The camera as it is now, or why nothing was done."""

    camera: Camera | None
    errors: list[UserError]


@strawberry.type
class ApproveCameraPayload(CameraPayload):
    """The camera that was let in."""


@strawberry.type
class RevokeCameraPayload(CameraPayload):
    """The camera that was shut out."""


@strawberry.type
class CameraUpdate:
    """One message of `cameraUpdates`."""

    kind: UpdateKind
    seq: int
    beat_seconds: float
    camera: Camera


@strawberry.type
class Query:
    """Reads of this app."""

    cameras: DjangoListConnection[Camera] = strawberry_django.connection(
        description="All cameras, oldest first."
    )


@strawberry.type
class Mutation:
    """Writes of this app."""

    @strawberry.mutation(description="Let in the camera that shows this code.")
    async def approve_camera(self, info: Info, input: ApproveCameraInput) -> ApproveCameraPayload:  # noqa: A002
        """Let a camera in."""
        user = signed_in(info)
        try:
            camera = await sync_to_async(actions.approve_pairing)(input.user_code, by=user, name=input.name)
        except PairingRefused as refused:
            return ApproveCameraPayload(camera=None, errors=user_errors([refused.reason], field="userCode"))
        return ApproveCameraPayload(camera=cast("Camera", camera), errors=[])

    @strawberry.mutation(description="Let a camera's token count no more; its frames stay.")
    async def revoke_camera(self, info: Info, input: RevokeCameraInput) -> RevokeCameraPayload:  # noqa: A002
        """Shut a camera out."""
        user = signed_in(info)
        camera = await _camera(input.camera)
        reasons = await sync_to_async(fsmlock.explain)(camera, to="revoke", user=user)
        if reasons:
            return RevokeCameraPayload(
                camera=cast("Camera", camera), errors=user_errors(reasons, field="camera")
            )
        revoked = await sync_to_async(actions.revoke)(camera)
        return RevokeCameraPayload(camera=cast("Camera", revoked), errors=[])


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(description="A camera: a snapshot, then whenever it says or sends something.")
    async def camera_updates(self, info: Info, id: relay.GlobalID) -> AsyncGenerator[CameraUpdate, None]:  # noqa: A002
        """Look again at each change."""
        signed_in(info)
        camera = await _camera(id)
        beat = conf.get().beat_seconds
        seq = 0
        async for change in watch(actions.group_of(camera.pk), beat=beat):
            seq += 1
            if change is None:
                kind = UpdateKind.BEAT
            else:
                kind = UpdateKind.SNAPSHOT if needs_snapshot(change) else UpdateKind.DELTA
                camera = await _camera(id)
            yield CameraUpdate(kind=kind, seq=seq, beat_seconds=beat, camera=cast("Camera", camera))


async def _camera(global_id: relay.GlobalID) -> models.Camera:
    camera = None
    if global_id.type_name == "Camera":
        try:
            camera = await sync_to_async(queries.camera_by_id)(UUID(global_id.node_id))
        except ValueError:
            camera = None
    if camera is None:
        message = f"There is no camera with the id {global_id}. Reload the page: it may be gone."
        raise GraphQLError(message, extensions={"code": "not_found"})
    return camera
