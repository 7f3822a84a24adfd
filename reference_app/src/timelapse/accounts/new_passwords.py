"""Writes of passwords, one transaction each. A password arrives here as a hash, and is read nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from fsmlock import Reason, Refused, StaleState
from fsmlock.sentences import sentence
from timelapse.accounts import audit, queries
from timelapse.accounts.actions import locked_people, require_manager, revoke_all
from timelapse.accounts.domain import OWN_PASSWORD, PASSWORD_LINK, SIGNS_IN_NO_MORE, SUPERUSER, WRONG_PASSWORD
from timelapse.accounts.models import PasswordLink
from timelapse.accounts.sessions import end_all

if TYPE_CHECKING:
    from timelapse.accounts.models import Person

#: Longer passwords belong to nobody (Django's own limit); they are not looked at.
LONGEST_PASSWORD: Final = 4096


def refusals(password: str, user: User, *, field: str = "password") -> tuple[Reason, ...]:
    """Return why a user can't have this password, in the words of Django's validators."""
    if len(password) > LONGEST_PASSWORD:
        found: list[str] = [sentence("A password has at most %(most)s characters.", most=LONGEST_PASSWORD)]
    else:
        try:
            validate_password(password, user)
        except ValidationError as error:
            found = error.messages
        else:
            return ()
    return tuple(
        Reason(code="invalid", message=message, remedy="Choose another.", params={"field": field})
        for message in found
    )


@transaction.atomic
def change_password(user: User, *, checked: str, encoded: str, session: str | None) -> User:
    """Give somebody who has shown their password another one.

    Args:
        user: the account.
        checked: the hash against which the password was checked.
        encoded: the new hash.
        session: the key of the session that stays.

    Raises:
        Refused: the password is another one by now.
    """
    person = locked_people([user])[user.pk]
    if person.password != checked:
        raise Refused([WRONG_PASSWORD])
    _set(person, encoded, stays=session)
    audit.record(person, person, "Changed the own password.")
    return User.objects.get(pk=person.pk)


@transaction.atomic
def offer_password(person: User, by: User, *, hours: int) -> PasswordLink:
    """Make a link with which somebody chooses a new password, and revoke the one before.

    Raises:
        Refused: the user may not (any more), it is their own account or a superuser's, or it is deactivated.
    """
    locked = locked_people([person, by])
    manager, target = locked[by.pk], locked[person.pk]
    require_manager(manager)
    if target.pk == manager.pk:
        raise Refused([OWN_PASSWORD])
    if target.is_superuser and not manager.is_superuser:
        raise Refused([SUPERUSER])
    if not target.is_active:
        raise Refused([SIGNS_IN_NO_MORE])
    revoke_all(queries.pending_passwords().filter(person=target))
    link = PasswordLink.objects.create(
        person=target, created_by=manager, expires_at=timezone.now() + timedelta(hours=hours)
    )
    audit.record(target, manager, "Made a link to a new password.")
    return link


@transaction.atomic
def use_password_link(token: str, *, encoded: str) -> User:
    """Give the account of a link the password that was chosen. Nobody can use the link again.

    Raises:
        Refused: the link isn't good (any more).
    """
    link = queries.password_link_by_token(token)
    reason = PASSWORD_LINK.refusal(queries.facts_of(link), timezone.now())
    if link is None or reason is not None:
        raise Refused([reason or PASSWORD_LINK.unknown])
    person = locked_people([link.person])[link.person_id]
    if not person.is_active or (person.is_superuser and not link.created_by.is_superuser):
        raise Refused([PASSWORD_LINK.revoked])
    link.use()
    link.used_at = timezone.now()
    try:
        link.save()
    except StaleState as error:  # somebody else was faster, or it was revoked: the password stays
        raise Refused([PASSWORD_LINK.used]) from error
    _set(person, encoded)
    audit.record(person, person, f"Chose a password with a link by {link.created_by}.")
    return User.objects.get(pk=person.pk)


def _set(person: Person, encoded: str, *, stays: str | None = None) -> None:
    """Set the password. Sessions that began with the one before are over, and so are links to a new one."""
    end_all(person.pk, but=stays)
    person.password = encoded
    person.save(update_fields=["password"])
    revoke_all(queries.pending_passwords().filter(person=person))
