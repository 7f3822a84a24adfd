"""What accounts listen to: sign-ins, sessions that end, and changes of what the list of people shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import m2m_changed, post_delete, post_save

from timelapse.accounts import changes, sessions
from timelapse.accounts.models import BrowserSession, Invitation, PasswordLink, Person
from timelapse.accounts.seen_middleware import visit_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def connect() -> None:
    """Listen; called once, when Django is ready."""
    user_logged_in.connect(_begin, dispatch_uid="timelapse.accounts.sessions")
    post_delete.connect(_ended, sender=BrowserSession, dispatch_uid="timelapse.accounts.sessions")
    for signal in (post_save, post_delete):
        for sender in (User, Person):
            signal.connect(_person_changed, sender=sender, dispatch_uid="timelapse.accounts.people")
        signal.connect(_invitation_changed, sender=Invitation, dispatch_uid="timelapse.accounts.people")
        signal.connect(_password_link_changed, sender=PasswordLink, dispatch_uid="timelapse.accounts.people")
    m2m_changed.connect(_person_changed, sender=User.groups.through, dispatch_uid="timelapse.accounts.people")


def _begin(*, request: HttpRequest | None, **_: object) -> None:
    if request is not None:
        sessions.begin(visit_of(request))


def _ended(*, instance: BrowserSession, **_: object) -> None:
    changes.publish_change(instance.user_id)


def _person_changed(*, instance: object, **_: object) -> None:
    if isinstance(instance, User):  # else a group gets or loses members, as the administration never does it
        changes.publish_person(instance.pk)


def _invitation_changed(*, instance: Invitation, **_: object) -> None:
    changes.publish_person(instance.created_by_id)


def _password_link_changed(*, instance: PasswordLink, **_: object) -> None:
    changes.publish_person(instance.person_id)
