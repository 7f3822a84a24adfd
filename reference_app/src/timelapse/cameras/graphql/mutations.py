"""Letting cameras in and out, steering and configuring them."""

from __future__ import annotations

from typing import cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.scalars import JSON
from strawberry.types import Info

import fsmlock
from timelapse.cameras import actions, commands
from timelapse.cameras.configuration import wish_for
from timelapse.cameras.errors import PairingRefused
from timelapse.cameras.graphql.camera import Camera, camera_in
from timelapse.cameras.steering import CommandName
from timelapse.cameras.wishes import Wish
from timelapse.shared.graphql import UserError, signed_in, user_errors


@strawberry.input
class ApproveCameraInput:
    """The code that a camera shows, and what to call it (as it calls itself, when left out)."""

    user_code: str
    name: str | None = None


@strawberry.input
class RevokeCameraInput:
    """Which camera may send no more."""

    camera: relay.GlobalID


@strawberry.input
class CommandCameraInput:
    """Which camera is to do it."""

    camera: relay.GlobalID


@strawberry.input
class ConfigureCameraInput:
    """What is wished of the camera; a table that is left out stays as the agent's own file has it."""

    camera: relay.GlobalID
    interval_seconds: float
    schedule: JSON | None = None
    exposure: JSON | None = None
    delivery: JSON | None = None


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
class CommandCameraPayload(CameraPayload):
    """The camera that has been told, or why it was not."""


@strawberry.type
class ConfigureCameraPayload(CameraPayload):
    """The camera with what is wished of it, or what is wrong with the wish."""


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
        camera = await camera_in(input.camera)
        reasons = await sync_to_async(fsmlock.explain)(camera, to="revoke", user=user)
        if reasons:
            return RevokeCameraPayload(
                camera=cast("Camera", camera), errors=user_errors(reasons, field="camera")
            )
        revoked = await sync_to_async(actions.revoke)(camera)
        return RevokeCameraPayload(camera=cast("Camera", revoked), errors=[])

    @strawberry.mutation(description="Have the camera take a picture now, beside its schedule.")
    async def capture_now(self, info: Info, input: CommandCameraInput) -> CommandCameraPayload:  # noqa: A002
        """Give the command."""
        return await _command(info, input, "capture")

    @strawberry.mutation(description="Have the camera show what it sees; the picture is no frame.")
    async def request_preview(self, info: Info, input: CommandCameraInput) -> CommandCameraPayload:  # noqa: A002
        """Give the command."""
        return await _command(info, input, "preview")

    @strawberry.mutation(description="Have the agent start anew.")
    async def restart_agent(self, info: Info, input: CommandCameraInput) -> CommandCameraPayload:  # noqa: A002
        """Give the command."""
        return await _command(info, input, "restart")

    @strawberry.mutation(
        description="Have the agent deliver what waits, whatever its rules for delivery say."
    )
    async def deliver_now(self, info: Info, input: CommandCameraInput) -> CommandCameraPayload:  # noqa: A002
        """Give the command."""
        return await _command(info, input, "deliver")

    @strawberry.mutation(description="Have the agent send its newest log messages.")
    async def collect_logs(self, info: Info, input: CommandCameraInput) -> CommandCameraPayload:  # noqa: A002
        """Give the command."""
        return await _command(info, input, "collect_logs")

    @strawberry.mutation(description="Wish interval, schedule, exposure and delivery of a camera.")
    async def configure_camera(self, info: Info, input: ConfigureCameraInput) -> ConfigureCameraPayload:  # noqa: A002
        """Make the wish the next revision."""
        user = signed_in(info)
        camera = await camera_in(input.camera)
        errors = [
            UserError(
                field=name, code="wrong_kind", message=f"{name} must be an object.", remedy="Correct it."
            )
            for name in ("schedule", "exposure", "delivery")
            if not isinstance(getattr(input, name), dict | None)
        ]
        if not errors:
            wish = Wish(
                interval_s=input.interval_seconds,
                schedule=cast("dict[str, object] | None", input.schedule),
                exposure=cast("dict[str, object] | None", input.exposure),
                delivery=cast("dict[str, object] | None", input.delivery),
            )
            try:
                await sync_to_async(wish_for)(camera, wish, by=user)
            except fsmlock.Refused as refused:
                errors = _by_field(refused.reasons)
        return ConfigureCameraPayload(camera=cast("Camera", camera), errors=errors)


async def _command(info: Info, given: CommandCameraInput, name: CommandName) -> CommandCameraPayload:
    user = signed_in(info)
    camera = await camera_in(given.camera)
    try:
        await sync_to_async(commands.give)(camera, name, by=user)
    except fsmlock.Refused as refused:
        return CommandCameraPayload(camera=cast("Camera", camera), errors=user_errors(refused.reasons))
    return CommandCameraPayload(camera=cast("Camera", camera), errors=[])


def _by_field(reasons: tuple[fsmlock.Reason, ...]) -> list[UserError]:
    return [
        error
        for reason in reasons
        for error in user_errors([reason], field=cast("str | None", reason.params.get("field")))
    ]
