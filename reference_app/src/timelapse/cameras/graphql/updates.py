"""A camera, and the list of all cameras, live."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay

from timelapse.cameras import queries
from timelapse.cameras.changes import LIST_GROUP, group_of
from timelapse.cameras.graphql.camera import Camera, find_camera
from timelapse.shared import conf
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import LiveUpdate, UpdateKind, kind_of
from timelapse.shared.list_updates import list_updates
from timelapse.shared.live import watch

_VIEW: Final = needs("cameras.view_camera")


@strawberry.type
class CameraUpdate(LiveUpdate):
    """One message of `cameraUpdates` or `cameraListUpdates`."""

    changed: list[Camera] = strawberry.field(default_factory=list)


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(
        description="A camera: a snapshot, then an update at each change, and with each heartbeat.",
        metadata=only(_VIEW),
    )
    async def camera_updates(self, id: relay.GlobalID) -> AsyncGenerator[CameraUpdate, None]:  # noqa: A002
        """Read the camera again for each message, since much of it depends on the time; end with it."""
        heartbeat = conf.get().heartbeat_seconds
        gone = [strawberry.ID(str(id))]
        camera = await sync_to_async(find_camera)(id)
        if camera is None:
            yield CameraUpdate(kind=UpdateKind.SNAPSHOT, seq=1, heartbeat_seconds=heartbeat, gone=gone)
            return
        seq = 0
        async for event in watch(group_of(camera.pk), heartbeat_s=heartbeat):
            seq += 1
            camera = await sync_to_async(find_camera)(id)
            yield CameraUpdate(
                kind=kind_of(event),
                seq=seq,
                heartbeat_seconds=heartbeat,
                changed=[] if camera is None else [cast("Camera", camera)],
                gone=gone if camera is None else [],
            )
            if camera is None:
                return

    @strawberry.subscription(
        description="The list of cameras: a snapshot of it, then each that is new, changed or gone.",
        metadata=only(_VIEW),
    )
    async def camera_list_updates(self) -> AsyncGenerator[CameraUpdate, None]:
        """Read the camera that changed."""
        async for update in list_updates(CameraUpdate, LIST_GROUP, queries.cameras):
            yield update
