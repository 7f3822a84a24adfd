"""Limit failed sign-ins by name and by address, before any password is hashed.

The counts live in the cache's Valkey, so that all web processes share them. Each attempt is counted in the
step that checks it: attempts that arrive together can't pass the check together. A success clears the counts
of this name at this address, and of the address.

The three limits are wide enough for people and far too narrow for guessing. The one of a name alone is the
widest, since it is the only one by which a stranger can shut somebody out.
"""

from __future__ import annotations

import hashlib
import math
import time
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from timelapse.shared.addresses import network_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from limits import RateLimitItem

NAME_AT_ADDRESS = RateLimitItemPerMinute(5, 5, namespace="sign-in-name-at-address")
ADDRESS = RateLimitItemPerMinute(30, 10, namespace="sign-in-address")
NAME = RateLimitItemPerHour(100, 1, namespace="sign-in-name")
#: What a request carries once its sign-in was refused: seconds until the next attempt is allowed.
_WAIT = "sign_in_wait_s"
_TWO_MINUTES = 120


class ThrottledBackend(ModelBackend):
    """Django's accounts, whose passwords can't be guessed in a row."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,  # noqa: ANN401 - Django's own
    ) -> User | None:
        """Count the attempt, then check the password.

        Raises:
            PermissionDenied: too many attempts; ``wait_s(request)`` says how long to wait.
        """
        if request is not None and username is not None:
            for limit, who in _limits(request, username):
                if not _limiter().hit(limit, *who):
                    _refuse(request, _limiter().get_window_stats(limit, *who).reset_time)
        return super().authenticate(request, username, password, **credentials)


def wait_s(request: HttpRequest) -> int | None:
    """Return the seconds until another attempt is allowed; None unless this request was refused for that."""
    return getattr(request, _WAIT, None)


def too_many_attempts(wait: int) -> tuple[str, str]:
    """Return what happened and what to do, given the seconds to wait."""
    after = f"{wait} seconds" if wait < _TWO_MINUTES else f"{math.ceil(wait / 60)} minutes"
    return "Too many attempts to sign in.", f"Try again in {after}."


def _refuse(request: HttpRequest, reset_at: float) -> NoReturn:
    setattr(request, _WAIT, max(1, math.ceil(reset_at - time.time())))
    raise PermissionDenied


def _limits(request: HttpRequest, username: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    name = hashlib.sha256(username.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()
    address = network_of(request.META.get("REMOTE_ADDR") or "")
    return [(NAME_AT_ADDRESS, (name, address)), (ADDRESS, (address,)), (NAME, (name,))]


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(storage_from_string(settings.CACHES["default"]["LOCATION"]))


def _clear(sender: object, request: HttpRequest | None, user: User, **_: object) -> None:  # noqa: ARG001 - signal
    if request is None:
        return
    for limit, who in _limits(request, user.get_username()):
        if limit is not NAME:
            _limiter().clear(limit, *who)


user_logged_in.connect(_clear, dispatch_uid="timelapse.accounts.throttle")
