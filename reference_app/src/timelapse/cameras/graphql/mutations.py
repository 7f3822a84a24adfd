"""Pairs and configures cameras."""

from __future__ import annotations

from typing import cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

import fsmlock
from timelapse.cameras import actions
from timelapse.cameras.configuration import configure
from timelapse.cameras.errors import PairingRefused
from timelapse.cameras.graphql.camera import Camera, camera_in
from timelapse.cameras.graphql.settings import (
    CameraDeliveryInput,
    CameraExposureInput,
    CameraScheduleInput,
    from_graphql,
    graphql_path,
)
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import UserError, signed_in, user_errors


@strawberry.input
class ApproveCameraInput:
    """The code that a camera shows, and a name for it (default: the one it sent)."""

    user_code: str
    name: str | None = None


@strawberry.input
class ConfigureCameraInput:
    """The camera's new settings. A table that is left out keeps the values of the agent's own file."""

    camera: relay.GlobalID
    interval_seconds: float
    schedule: CameraScheduleInput | None = None
    exposure: CameraExposureInput | None = None
    delivery: CameraDeliveryInput | None = None


@strawberry.type
class CameraPayload:
    """The camera as it is now, or why nothing was changed."""

    camera: Camera | None
    errors: list[UserError]


@strawberry.type
class ApproveCameraPayload(CameraPayload):
    """The camera that was paired."""


@strawberry.type
class ConfigureCameraPayload(CameraPayload):
    """The camera with its new settings, or what is wrong with them."""


@strawberry.type
class Mutation:
    """Writes of this app."""

    @strawberry.mutation(
        description="Pair the camera that shows this code.", metadata=only(needs("cameras.add_camera"))
    )
    async def approve_camera(self, info: Info, input: ApproveCameraInput) -> ApproveCameraPayload:  # noqa: A002
        """Approve the code."""
        user = signed_in(info)
        try:
            camera = await sync_to_async(actions.approve_pairing)(input.user_code, by=user, name=input.name)
        except PairingRefused as refused:
            return ApproveCameraPayload(camera=None, errors=user_errors([refused.reason], field="userCode"))
        return ApproveCameraPayload(camera=cast("Camera", camera), errors=[])

    @strawberry.mutation(
        description="Set a camera's interval, schedule, exposure and delivery.",
        metadata=only(needs("cameras.change_camera")),
    )
    async def configure_camera(self, info: Info, input: ConfigureCameraInput) -> ConfigureCameraPayload:  # noqa: A002
        """Make the settings the next revision."""
        user = signed_in(info)
        camera = await camera_in(input.camera)
        values = {
            "interval_s": input.interval_seconds,
            "schedule": from_graphql("schedule", input.schedule),
            "exposure": from_graphql("exposure", input.exposure),
            "delivery": from_graphql("delivery", input.delivery),
        }
        errors: list[UserError] = []
        try:
            await sync_to_async(configure)(camera, values, by=user)
        except fsmlock.Refused as refused:
            errors = _by_field(refused.reasons)
        return ConfigureCameraPayload(camera=cast("Camera", camera), errors=errors)


def _by_field(reasons: tuple[fsmlock.Reason, ...]) -> list[UserError]:
    return [error for reason in reasons for error in user_errors([reason], field=_field(reason))]


def _field(reason: fsmlock.Reason) -> str | None:
    field = reason.params.get("field")
    return graphql_path(field) if isinstance(field, str) else None
