"""Limit passwords that are checked at once, and wrong ones by name and by address, before any is hashed.

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
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from fsmlock import Reason
from fsmlock.sentences import sentence
from timelapse.accounts.hashing import RETRY_AFTER_S, HashingQueue, NoPlaceError
from timelapse.shared.addresses import network_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from limits import RateLimitItem

NAME_AT_ADDRESS = RateLimitItemPerMinute(5, 5, namespace="sign-in-name-at-address")
ADDRESS = RateLimitItemPerMinute(30, 10, namespace="sign-in-address")
NAME = RateLimitItemPerHour(100, 1, namespace="sign-in-name")
_Checked = TypeVar("_Checked")
#: What a request carries once its sign-in was refused.
_REFUSAL = "sign_in_refusal"
_TWO_MINUTES = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a sign-in was refused before its password was looked at, and the seconds to wait."""

    code: str
    message: str
    wait_s: int

    @property
    def remedy(self) -> str:
        """What to do."""
        seconds = self.wait_s
        if seconds < _TWO_MINUTES:
            return sentence(
                "Try again in %(count)s second.", "Try again in %(count)s seconds.", count=seconds
            )
        minutes = math.ceil(seconds / 60)
        return sentence("Try again in %(count)s minute.", "Try again in %(count)s minutes.", count=minutes)

    @property
    def reason(self) -> Reason:
        """It as a reason."""
        return Reason(code=self.code, message=self.message, remedy=self.remedy)


class ThrottledBackend(ModelBackend):
    """Django's accounts, whose passwords can't be guessed in a row."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,  # noqa: ANN401 - Django's own
    ) -> User | None:
        """Find a place, count the attempt, then check the password when it is its turn.

        Raises:
            PermissionDenied: too many attempts, or too many at once; ``refusal(request)`` says which.
        """
        checked = attempt(
            lambda: super(ThrottledBackend, self).authenticate(request, username, password, **credentials),
            name=username,
            address=None if request is None else _address(request),
        )
        if isinstance(checked, Refusal):
            if request is not None:
                setattr(request, _REFUSAL, checked)
            raise PermissionDenied
        return checked


def attempt(check: Callable[[], _Checked], *, name: str | None, address: str | None) -> _Checked | Refusal:
    """Find a place, count the attempt, then check a password when it is its turn.

    Args:
        check: hashes the password.
        name: of what the password opens; None: the attempt isn't counted.
        address: of who tries; None: the attempt isn't counted.

    Returns:
        What ``check`` returns, or why it wasn't called: too many attempts, or too many at once.
    """
    try:
        with hashing_queue().place():
            if name is not None and address is not None and (refused := _count(name, address)) is not None:
                return refused
            with hashing_queue().turn():
                return check()
    except NoPlaceError:
        message = "Too many passwords are being checked at this moment."
        return Refusal(code="too_many_sign_ins", message=message, wait_s=RETRY_AFTER_S)


def succeeded(name: str, address: str) -> None:
    """Forget the failed attempts of this name at this address, and of the address."""
    for limit, who in _limits(name, address):
        if limit is not NAME:
            _limiter().clear(limit, *who)


def refusal(request: HttpRequest) -> Refusal | None:
    """Return why the sign-in of this request was refused; None if its password was looked at."""
    return getattr(request, _REFUSAL, None)


@cache
def hashing_queue() -> HashingQueue:
    """Return the queue of this process."""
    return HashingQueue(settings.HOME / "hashing.lock")


def _count(name: str, address: str) -> Refusal | None:
    for limit, who in _limits(name, address):
        if not _limiter().hit(limit, *who):
            wait_s = _limiter().get_window_stats(limit, *who).reset_time - time.time()
            message = "Too many attempts."
            return Refusal(code="too_many_attempts", message=message, wait_s=max(1, math.ceil(wait_s)))
    return None


def _limits(name: str, address: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    hashed = hashlib.sha256(name.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()
    network = network_of(address)
    return [(NAME_AT_ADDRESS, (hashed, network)), (ADDRESS, (network,)), (NAME, (hashed,))]


def _address(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or ""


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(storage_from_string(settings.CACHES["default"]["LOCATION"]))


def _clear(sender: object, request: HttpRequest | None, user: User, **_: object) -> None:  # noqa: ARG001 - signal
    if request is not None:
        succeeded(user.get_username(), _address(request))


user_logged_in.connect(_clear, dispatch_uid="timelapse.accounts.throttle")
