"""Pairs cameras."""

from __future__ import annotations

from typing import cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from timelapse.cameras import actions
from timelapse.cameras.errors import PairingRefused
from timelapse.cameras.graphql.camera import Camera
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import UserError, signed_in, user_errors


@strawberry.input
class ApproveCameraInput:
    """The code that a camera shows, and a name for it (default: the one it sent)."""

    user_code: str
    name: str | None = None


@strawberry.type
class ApproveCameraPayload:
    """The camera that was paired, or why none was."""

    camera: Camera | None
    errors: list[UserError]


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
