"""Check passwords on threads of their own: a hash takes a tenth of a second that other requests need."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.contrib import auth
from django.contrib.auth import hashers
from django.db import connections
from django.utils.crypto import constant_time_compare

from timelapse.accounts.actions import LONGEST_NAME
from timelapse.accounts.hashing import MOST_AT_ONCE
from timelapse.accounts.new_passwords import LONGEST_PASSWORD
from timelapse.accounts.throttle import attempt, succeeded
from timelapse.shared.texts import storable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.http import HttpRequest

    from timelapse.accounts.throttle import Refusal

#: One for each sign-in that may be under way, and two more to refuse others at once.
_THREADS = ThreadPoolExecutor(MOST_AT_ONCE + 2, thread_name_prefix="passwords")


async def check_password(request: HttpRequest, username: str, password: str) -> User | None:
    """Return the active user of these credentials, or None: see ``throttle.ThrottledBackend``."""
    if len(username) > LONGEST_NAME or len(password) > LONGEST_PASSWORD or not storable(username):
        return None
    return await sync_to_async(_check, thread_sensitive=False, executor=_THREADS)(request, username, password)


def _check(request: HttpRequest, username: str, password: str) -> User | None:
    try:
        return auth.authenticate(request, username=username, password=password)
    finally:
        connections.close_all()  # these threads take part in no request, whose end would close them


async def encode(password: str, *, name: str, address: str) -> str | Refusal:
    """Return the hash of a new password.

    Args:
        password: as it was entered.
        name: what it is for; attempts are limited by it and by the address, as those of accounts are.
        address: of who tries.

    Returns:
        The hash, or why none was made.
    """
    return await sync_to_async(attempt, thread_sensitive=False, executor=_THREADS)(
        lambda: hashers.make_password(password), name=name, address=address
    )


async def is_code(given: str, expected: str, *, name: str, address: str) -> bool | Refusal:
    """Return whether a code is the expected one, which is not empty.

    Args:
        given: as it was entered.
        expected: the code.
        name: what it opens; attempts are limited by it and by the address, as those of accounts are.
        address: of who tries.

    Returns:
        Whether it is right, or why it wasn't compared.
    """
    return await _guess(
        lambda: bool(expected) and constant_time_compare(given, expected), name=name, address=address
    )


async def opens(password: str, encoded: str, *, name: str, address: str) -> bool | Refusal:
    """Return whether a password opens something that isn't an account.

    Args:
        password: as it was entered.
        encoded: the hash that Django's ``make_password`` returned.
        name: what it opens; attempts are limited by it and by the address, as those of accounts are.
        address: of who tries.

    Returns:
        Whether it is right, or why it wasn't checked.
    """
    if len(password) > LONGEST_PASSWORD:
        return False
    return await _guess(lambda: hashers.check_password(password, encoded), name=name, address=address)


async def _guess(check: Callable[[], bool], *, name: str, address: str) -> bool | Refusal:
    checked = await sync_to_async(attempt, thread_sensitive=False, executor=_THREADS)(
        check, name=name, address=address
    )
    if checked is True:
        await sync_to_async(succeeded)(name, address)
    return checked
