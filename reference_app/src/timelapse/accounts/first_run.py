"""The first account of an installation, which whoever runs the server makes with a code that it prints.

Whoever finds the server first has no code, and becomes nothing.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import User
from django.db import transaction

from fsmlock import Reason, Refused
from fsmlock.sentences import sentence
from timelapse.accounts.domain import LONGEST_PLACE, SET_UP_ALREADY, WRONG_CODE
from timelapse.accounts.first_run_models import Place, SetUpCode

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Without letters and digits that look alike: 12 of them are 58 random bits.
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_GROUPS: Final = 3
_ONLY: Final = 1  # the key of the only row


def is_due() -> bool:
    """Return whether nobody has an account."""
    return not User.objects.exists()


def ensure_code() -> str | None:
    """Return the code that lets somebody make the first account; None if there is an account.

    All processes have the same one, until it is used.
    """
    if not is_due():
        return None
    made, _is_new = SetUpCode.objects.get_or_create(pk=_ONLY, defaults={"code": "-".join(_new_groups())})
    return made.code


def current_code() -> str:
    """Return the code that was printed; empty if none was, or it was used."""
    return SetUpCode.objects.filter(pk=_ONLY).values_list("code", flat=True).first() or ""


def as_printed(typed: str) -> str:
    """Return a code as it was printed, however somebody typed it."""
    letters = "".join(letter for letter in typed[:100].upper() if letter in _ALPHABET)
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def place_refusals(name: str) -> tuple[Reason, ...]:
    """Return why a place can't have this name."""
    if len(name) <= LONGEST_PLACE:
        return ()
    message = sentence("A name of a place has at most %(most)s characters.", most=LONGEST_PLACE)
    return (Reason(code="invalid", message=message, remedy="Shorten it.", params={"field": "place"}),)


@transaction.atomic
def set_up(code: str, *, username: str, encoded_password: str, place: str) -> User:
    """Make the first account, a superuser's, and name the place. Nobody can use the code again.

    Raises:
        Refused: the code is wrong, or somebody has an account by now.
    """
    used, _ = SetUpCode.objects.filter(pk=_ONLY, code=code).delete()  # first: it decides between two at once
    if not is_due():
        raise Refused([SET_UP_ALREADY])
    if not used:
        raise Refused([WRONG_CODE])
    if place:
        Place.objects.update_or_create(pk=_ONLY, defaults={"name": place})
    return User.objects.create(username=username, password=encoded_password, is_staff=True, is_superuser=True)


def place_name() -> str:
    """Return what people call this installation; empty if nobody named it."""
    return Place.objects.filter(pk=_ONLY).values_list("name", flat=True).first() or ""


def _new_groups() -> Iterator[str]:
    for _ in range(_GROUPS):
        yield "".join(secrets.choice(_ALPHABET) for _ in range(4))
