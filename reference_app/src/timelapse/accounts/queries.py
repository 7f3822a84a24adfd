"""Reads of people, and of the links with which they get an account or a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from timelapse.accounts.domain import LinkFacts
from timelapse.accounts.models import (
    BrowserSession,
    Invitation,
    LastSeen,
    OneTimeLink,
    PasswordLink,
    Person,
)
from timelapse.shared.tokens import can_be_token

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User
    from django.db.models import QuerySet


def people(found: QuerySet[Person] | None = None) -> QuerySet[Person]:
    """Return everybody with an account, by name, with their groups."""
    return (Person.objects.all() if found is None else found).prefetch_related("groups")


def pending() -> QuerySet[Invitation]:
    """Return the invitations that were neither used nor revoked, newest first."""
    return Invitation.objects.filter(state=Invitation.States.ACTIVE).select_related("created_by")


def pending_by(inviters: list[int]) -> dict[int, list[Invitation]]:
    """Return the pending invitations by each person, newest first, in one query."""
    found: dict[int, list[Invitation]] = {}
    for invitation in pending().filter(created_by__in=inviters):
        found.setdefault(invitation.created_by_id, []).append(invitation)
    return found


def good(now: datetime) -> QuerySet[Invitation]:
    """Return the invitations that somebody can use."""
    return pending().filter(expires_at__gt=now)


def invitation_by_token(token: str) -> Invitation | None:
    """Return the invitation of a token, used or not. What can be no token is not looked up."""
    if not can_be_token(token):
        return None
    return Invitation.objects.select_related("created_by").filter(token=token).first()


def pending_passwords() -> QuerySet[PasswordLink]:
    """Return the links to a new password that were neither used nor revoked."""
    return PasswordLink.objects.filter(state=PasswordLink.States.ACTIVE).select_related(
        "created_by", "person"
    )


def pending_passwords_for(people: list[int]) -> dict[int, PasswordLink]:
    """Return the pending link to a new password of each person, in one query."""
    return {link.person_id: link for link in pending_passwords().filter(person__in=people)}


def password_link_by_token(token: str) -> PasswordLink | None:
    """Return the link of a token, used or not. What can be no token is not looked up."""
    if not can_be_token(token):
        return None
    return PasswordLink.objects.select_related("created_by", "person").filter(token=token).first()


def browser_sessions(user: int) -> QuerySet[BrowserSession]:
    """Return the sessions of an account, those seen last first."""
    return BrowserSession.objects.filter(user=user)


def sessions_of(user: User) -> list[BrowserSession]:
    """Return where somebody is signed in, seen last first; not where their password has changed since."""
    found = (
        browser_sessions(user.pk).filter(session__expire_date__gt=timezone.now()).select_related("session")
    )
    expected = user.get_session_auth_hash()
    return [
        each
        for each in found
        if SessionStore().decode(each.session.session_data).get(HASH_SESSION_KEY) == expected
    ]


def last_seen(people: list[int]) -> dict[int, datetime]:
    """Return when each person was last seen, in one query; nothing for who wasn't."""
    return dict(LastSeen.objects.filter(user__in=people).values_list("user", "at"))


def facts_of(link: OneTimeLink | None) -> LinkFacts | None:
    """Return what decides whether a link is good."""
    return None if link is None else LinkFacts(state=link.state, expires_at=link.expires_at)
