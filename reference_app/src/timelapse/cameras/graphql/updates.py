"""A camera, live."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay

from timelapse.cameras import actions
from timelapse.cameras.graphql.camera import Camera, find_camera
from timelapse.shared import conf
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import LiveUpdate, UpdateKind, kind_of
from timelapse.shared.live import watch


@strawberry.type
class CameraUpdate(LiveUpdate):
    """One message of `cameraUpdates`."""

    changed: list[Camera] = strawberry.field(default_factory=list)


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(
        description="A camera: a snapshot, then an update at each change, and with each heartbeat.",
        metadata=only(needs("cameras.view_camera")),
    )
    async def camera_updates(self, id: relay.GlobalID) -> AsyncGenerator[CameraUpdate, None]:  # noqa: A002
        """Read the camera again for each message, since much of it depends on the time; end with it."""
        heartbeat = conf.get().heartbeat_seconds
        camera = await sync_to_async(find_camera)(id)
        if camera is None:
            yield CameraUpdate(
                kind=UpdateKind.SNAPSHOT, seq=1, heartbeat_seconds=heartbeat, gone=[strawberry.ID(str(id))]
            )
            return
        seq = 0
        async for event in watch(actions.group_of(camera.pk), heartbeat_s=heartbeat):
            seq += 1
            camera = await sync_to_async(find_camera)(id)
            yield CameraUpdate(
                kind=kind_of(event),
                seq=seq,
                heartbeat_seconds=heartbeat,
                changed=[] if camera is None else [cast("Camera", camera)],
                gone=[strawberry.ID(str(id))] if camera is None else [],
            )
            if camera is None:
                return
