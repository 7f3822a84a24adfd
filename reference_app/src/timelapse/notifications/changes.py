"""Publishes changes of a person's notifications to their own open pages."""

from __future__ import annotations

from timelapse.shared import live


def group_of(user: int) -> str:
    """Return the name of the group to which changes of this person's notifications are published."""
    return f"notifications.{user}"


def publish_change(user: int) -> None:
    """Publish, once the transaction has committed, that what the person sees of them has changed."""
    live.publish_on_commit(group_of(user), key="notifications", what="notifications")
