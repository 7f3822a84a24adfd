"""Writes of this app, one transaction each."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from fsmlock import Reason, Refused, StaleState
from fsmlock.sentences import sentence
from timelapse.accounts import audit, queries
from timelapse.accounts.changes import publish_change
from timelapse.accounts.domain import INVITATION, MOST_INVITATIONS, NAME_TAKEN, ONESELF, SUPERUSER, TOO_MANY
from timelapse.accounts.models import Invitation, OneTimeLink, Person
from timelapse.accounts.roles import DEACTIVATED, MANAGE_PEOPLE, give_role, label_of
from timelapse.shared.access import missing_permission

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Longer names belong to nobody (Django's own limit); they are not looked up.
LONGEST_NAME: Final = 150


@transaction.atomic
def ensure_operator(username: str = "admin") -> str | None:
    """Create the first account of a fresh installation, a superuser.

    Returns:
        The generated password, which is stored only as a hash; None if the account exists already.
    """
    if User.objects.filter(username=username).exists():
        return None
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser(username, password=password)
    return password


def is_password(username: str, password: str) -> bool:
    """Return whether this is the password of an account, for whoever may read it anyway."""
    user = User.objects.filter(username=username).first()
    return user is not None and user.check_password(password)


@transaction.atomic
def invite(by: User, *, role: str, note: str, days: int) -> Invitation:
    """Make an invitation that is good for so many days.

    Raises:
        Refused: the user may not (any more), or as many are good as there may be.
    """
    require_manager(locked_people([by])[by.pk])
    now = timezone.now()
    if queries.good(now).count() >= MOST_INVITATIONS:
        raise Refused([TOO_MANY])
    return Invitation.objects.create(
        role=role, note=note.strip(), expires_at=now + timedelta(days=days), created_by=by
    )


@transaction.atomic
def change_access(person: User, by: User, *, role: str) -> Person:
    """Give somebody another role, or deactivate their account.

    The links by somebody who doesn't manage people any more are revoked, and so is the link to a new
    password of somebody who is deactivated.

    Raises:
        Refused: the user may not (any more), or it is their own access, or that of a superuser.
    """
    locked = locked_people([person, by])
    manager, target = locked[by.pk], locked[person.pk]
    require_manager(manager)
    if target.pk == manager.pk:
        raise Refused([ONESELF])
    if target.is_superuser and not manager.is_superuser:
        raise Refused([SUPERUSER])
    target.is_active = role != DEACTIVATED
    if role != DEACTIVATED:
        target.is_superuser = False
        give_role(target, role)
    target.save(update_fields=["is_active", "is_superuser"])
    if role == DEACTIVATED:
        revoke_all(queries.pending_passwords().filter(person=target))
    if not Person.objects.get(pk=target.pk).has_perm(MANAGE_PEOPLE):
        revoke_all(queries.pending().filter(created_by=target))
        revoke_all(queries.pending_passwords().filter(created_by=target))
    changed = queries.people().get(pk=target.pk)
    publish_change(target.pk)
    audit.record(changed, manager, f"Changed access: {label_of(changed)}.")
    return changed


def name_refusals(username: str) -> tuple[Reason, ...]:
    """Return why nobody can have an account of this name."""
    if not username or len(username) > LONGEST_NAME:
        return (
            _of_name(sentence("A name has 1 to %(most)s characters.", most=LONGEST_NAME), "Choose another."),
        )
    try:
        User.username_validator(username)
    except ValidationError:
        return (_of_name("A name consists of letters, digits and @ . + - _.", "Leave other characters out."),)
    return ()


@transaction.atomic
def use_invitation(token: str, *, username: str, encoded_password: str) -> User:
    """Make the account of an invitation, which nobody can use again.

    Args:
        token: the invitation's.
        username: the name of the account, which must be valid.
        encoded_password: as ``make_password`` returned it.

    Raises:
        Refused: the invitation isn't good (any more), or somebody has the name.
    """
    invitation = queries.invitation_by_token(token)
    reason = INVITATION.refusal(queries.facts_of(invitation), timezone.now())
    if invitation is None or reason is not None:
        raise Refused([reason or INVITATION.unknown])
    if User.objects.filter(username__iexact=username).exists():
        raise Refused([NAME_TAKEN])
    try:
        with transaction.atomic():
            user = User.objects.create(username=username, password=encoded_password)
    except IntegrityError as error:
        raise Refused([NAME_TAKEN]) from error
    give_role(user, invitation.role)
    invitation.use()
    invitation.used_by, invitation.used_at = user, timezone.now()
    try:
        invitation.save()
    except StaleState as error:  # somebody else was faster, or it was revoked: the account isn't made
        raise Refused([INVITATION.used]) from error
    return user


def revoke_all(links: Iterable[OneTimeLink]) -> None:
    """Revoke links, in the caller's transaction."""
    for link in links:
        link.revoke()
        link.save()


def locked_people(users: Iterable[User]) -> dict[int, Person]:
    """Lock the rows of users in one order, so that two who change one another are decided one by one."""
    wanted = {user.pk for user in users}
    return {each.pk: each for each in Person.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}


def require_manager(manager: User) -> None:
    """Check the permission again, now that nobody can take it away.

    Raises:
        Refused: the user doesn't manage people (any more).
    """
    if not manager.has_perm(MANAGE_PEOPLE):
        raise Refused([missing_permission("managing people", MANAGE_PEOPLE)])


def _of_name(message: str, remedy: str) -> Reason:
    return Reason(code="invalid", message=message, remedy=remedy, params={"field": "username"})
