"""Composes what keeps a camera from taking and sending pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from timelapse.why.domain.links import Link, LinkKind
from timelapse.why.domain.tasks import holder_links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from timelapse.why.domain.facts import CameraFacts

#: A camera's disk with less than this share free is nearly full.
LITTLE_SPACE: Final = 0.03


def camera_chain(camera: CameraFacts) -> tuple[Link, ...]:
    """Return what keeps a camera from taking and sending pictures, and what changes its frames now."""
    return (*_camera(camera), *holder_links(camera.holders))


def _camera(camera: CameraFacts) -> Iterator[Link]:
    if camera.is_revoked:
        yield _about_camera(
            camera, "revoked", f"{camera.name} is revoked: its pictures are refused.", "Pair it again."
        )
        return
    if camera.heartbeat_at is None:
        message = f"{camera.name} has never connected."
        yield _about_camera(camera, "never_connected", message, "Start its agent: camera-agent run")
        return
    if camera.is_silent:
        message = f"{camera.name} is offline."
        remedy = "Look at its power and its network. If both are there, start its agent: camera-agent run"
        yield _about_camera(camera, "offline", message, remedy, since=camera.heartbeat_at)
    if camera.agent_state == "error":
        message = f"{camera.name} cannot take pictures: {camera.agent_detail or 'it does not say why'}."
        yield _about_camera(camera, "camera_error", message, "Look at its log.")
    if camera.config_error:
        message = f"{camera.name} refused its newest settings: {camera.config_error}"
        yield _about_camera(camera, "settings_refused", message, "Change its settings.")
    free, total = camera.disk_free, camera.disk_total
    if free is not None and total and free < LITTLE_SPACE * total:
        space = f"{free / 1e9:.1f} GB of {total / 1e9:.1f} GB"
        message = f"The disk of {camera.name} is nearly full: {space} are free."
        remedy = "Deliver what it holds, or make room on its card."
        yield _about_camera(camera, "disk_nearly_full", message, remedy)


def _about_camera(
    camera: CameraFacts, code: str, message: str, remedy: str, *, since: datetime | None = None
) -> Link:
    return Link(
        kind=LinkKind.CAMERA,
        reason=Reason(code=code, message=message, remedy=remedy, params={"camera": camera.name}),
        since=since,
        subject=camera.subject,
    )
