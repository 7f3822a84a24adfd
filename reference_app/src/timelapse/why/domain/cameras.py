"""Composes what keeps a camera from taking and sending pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import sentence
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
            camera, "revoked", "%(camera)s is revoked: its pictures are refused.", "Pair it again."
        )
        return
    if camera.heartbeat_at is None:
        message = "%(camera)s has never connected."
        yield _about_camera(camera, "never_connected", message, "Start its agent: camera-agent run")
        return
    if camera.is_silent:
        message = "%(camera)s is offline."
        remedy = "Look at its power and its network. If both are there, start its agent: camera-agent run"
        yield _about_camera(camera, "offline", message, remedy, since=camera.heartbeat_at)
    if camera.agent_state == "error":
        why = camera.agent_detail or sentence("it does not say why")
        message = "%(camera)s cannot take pictures: %(why)s."
        yield _about_camera(camera, "camera_error", message, "Look at its log.", why=why)
    if camera.config_error:
        message = "%(camera)s refused its newest settings: %(why)s"
        yield _about_camera(
            camera, "settings_refused", message, "Change its settings.", why=camera.config_error
        )
    free, total = camera.disk_free, camera.disk_total
    if free is not None and total and free < LITTLE_SPACE * total:
        message = "The disk of %(camera)s is nearly full: %(free)s GB of %(total)s GB are free."
        remedy = "Deliver what it holds, or make room on its card."
        free_gb, total_gb = round(free / 1e9, 1), round(total / 1e9, 1)
        yield _about_camera(camera, "disk_nearly_full", message, remedy, free=free_gb, total=total_gb)


def _about_camera(
    camera: CameraFacts,
    code: str,
    message: str,
    remedy: str,
    *,
    since: datetime | None = None,
    **values: str | float,
) -> Link:
    return Link(
        kind=LinkKind.CAMERA,
        reason=Reason(
            code=code,
            message=sentence(message, camera=camera.name, **values),
            remedy=remedy,
            params={"camera": camera.name},
        ),
        since=since,
        subject=camera.subject,
    )
