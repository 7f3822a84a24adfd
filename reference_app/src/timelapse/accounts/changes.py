"""Publishes changes of accounts: to their own open pages, and to those who watch the list of people."""

from __future__ import annotations

from typing import Final

from timelapse.shared import live

#: The group of those who watch the list of people.
LIST_GROUP: Final = "people"


def group_of(user: int) -> str:
    """Return the name of the group to which changes of this account are published."""
    return f"account.{user}"


def publish_change(user: int) -> None:
    """Publish, once the transaction has committed, that a session ended or the access changed."""
    live.publish_on_commit(group_of(user), key="access", what="access")


def publish_person(user: int) -> None:
    """Publish, once the transaction has committed, that a person is new, gone, or shown otherwise."""
    live.publish_entry(LIST_GROUP, user)
