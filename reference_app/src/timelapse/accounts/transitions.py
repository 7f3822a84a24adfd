"""Performs what administrators can do about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.accounts import actions, new_passwords, sessions
from timelapse.accounts.models import Person
from timelapse.shared.transitions import Applied, applied_by

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@applied_by(Person, "change_access")
def change_access(person: Person, user: User, *, role: str) -> Applied:
    """Give them another role, or deactivate their account."""
    return Applied(obj=actions.change_access(person, user, role=role))


@applied_by(Person, "invite")
def invite(person: Person, user: User, *, role: str, note: str, days: int) -> Applied:
    """Make an invitation, whosever button it is: it is by the signed-in user."""
    return Applied(obj=person, created=actions.invite(user, role=role, note=note, days=days))


@applied_by(Person, "offer_password")
def offer_password(person: Person, user: User, *, hours: int) -> Applied:
    """Make a link with which they choose a new password."""
    return Applied(obj=person, created=new_passwords.offer_password(person, user, hours=hours))


@applied_by(Person, "sign_out_everywhere")
def sign_out_everywhere(person: Person, user: User) -> Applied:
    """End all their sessions."""
    return Applied(obj=sessions.sign_out_everywhere(person, user))
