"""A camera, live."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import cast

import strawberry
from strawberry import relay
from strawberry.types import Info

from timelapse.cameras import actions
from timelapse.cameras.graphql.camera import Camera, camera_in
from timelapse.shared import conf
from timelapse.shared.graphql import UpdateKind, signed_in
from timelapse.shared.live import needs_snapshot, watch


@strawberry.type
class CameraUpdate:
    """One message of `cameraUpdates`."""

    kind: UpdateKind
    seq: int
    beat_seconds: float
    camera: Camera


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(description="A camera: a snapshot, then an update at each change.")
    async def camera_updates(self, info: Info, id: relay.GlobalID) -> AsyncGenerator[CameraUpdate, None]:  # noqa: A002
        """Send the camera at each change, and a beat now and then."""
        signed_in(info)
        camera = await camera_in(id)
        beat = conf.get().beat_seconds
        seq = 0
        async for change in watch(actions.group_of(camera.pk), heartbeat_s=beat):
            seq += 1
            if change is None:
                kind = UpdateKind.BEAT
            else:
                kind = UpdateKind.SNAPSHOT if needs_snapshot(change) else UpdateKind.DELTA
                camera = await camera_in(id)
            yield CameraUpdate(kind=kind, seq=seq, beat_seconds=beat, camera=cast("Camera", camera))
