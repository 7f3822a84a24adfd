"""Performs what people can do about their own notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsmlock import Refused
from timelapse.notifications import actions
from timelapse.notifications.changes import publish_change
from timelapse.notifications.models import Destination, Subscriber
from timelapse.shared.access import missing_permission
from timelapse.shared.transitions import Applied, applied_by

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@applied_by(Subscriber, "change_notifications")
def change_notifications(
    person: Subscriber,
    user: User,
    *,
    quiet_from: int | None,
    quiet_until: int | None,
    zone: str,
    **kinds: bool,
) -> Applied:
    """Record what they want to know."""
    _require_own(person.pk, user)
    actions.choose(user, kinds=kinds, quiet_from=quiet_from, quiet_until=quiet_until, zone=zone)
    return Applied(obj=person)


@applied_by(Subscriber, "add_mail_address")
def add_mail_address(person: Subscriber, user: User, *, address: str) -> Applied:
    """Add it."""
    _require_own(person.pk, user)
    return Applied(obj=person, created=actions.add_mail_address(user, address))


@applied_by(Subscriber, "add_service")
def add_service(person: Subscriber, user: User, *, address: str) -> Applied:
    """Add it."""
    _require_own(person.pk, user)
    return Applied(obj=person, created=actions.add_service(user, address))


@applied_by(Destination, "remove")
def remove(destination: Destination, user: User) -> Applied:
    """Delete it, with what waits for it."""
    _require_own(destination.user_id, user)
    destination.delete()
    publish_change(user.pk)
    return Applied(obj=None)


def _require_own(owner: int, user: User) -> None:
    """Check it once more: nobody finds what is somebody else's."""
    if owner != user.pk:
        raise Refused([missing_permission("changing the notifications of others", "of the account itself")])
