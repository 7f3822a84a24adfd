"""Publishes changes of cameras: to those who watch one camera, and to those who watch the list of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from timelapse.shared import live

if TYPE_CHECKING:
    from uuid import UUID

#: The group of those who watch the list.
LIST_GROUP: Final = "cameras"


def group_of(camera: UUID) -> str:
    """Return the name of the group to which changes of this camera are published."""
    return f"camera.{camera}"


def publish_change(camera: UUID, what: str) -> None:
    """Publish, once the transaction has committed, what is new of a camera, or that it is deleted."""
    live.publish_on_commit(group_of(camera), what=what)
    live.publish_entry(LIST_GROUP, camera)
