"""The settings: `ELIOT_PROGRESS = {...}`. All are optional."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from eliot_progress.state import TaskState
    from eliot_progress.stores.base import Store

    CanView = Callable[[AbstractBaseUser | AnonymousUser | None, TaskState], bool]

NEVER, SAME_ORIGIN, ALWAYS = "never", "same-origin", "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings and their defaults."""

    #: Whose `traceparent` header is trusted: "never", "same-origin" (the browser states that our own page
    #: sent the request) or "always" (only behind a proxy that removes the header from external requests).
    ADOPT: str = NEVER
    #: The alias in DATABASES of the log and the states. A separate database keeps them off the app's writes;
    #: it needs `DATABASE_ROUTERS = ["eliot_progress.django.router.Router"]`.
    DATABASE: str = "default"
    #: Dotted path of a store, or of a callable that returns one: for the admin's overview, bars and RECORD.
    STORE: str = "eliot_progress.django.store.DjangoStore"
    #: Whether each process that loads the apps records its work in STORE, as with `install(store=...)`.
    RECORD: bool = False
    #: Dotted path of a function `(user, state) -> bool`: who sees which task in the bars of pages. Empty:
    #: everybody whom a page shows a bar.
    CAN_VIEW: str = ""


@cache
def get() -> Settings:
    """Return the current settings. Raises TypeError for an unknown key."""
    configured: Mapping[str, Any] = getattr(settings, "ELIOT_PROGRESS", {})
    return Settings(**configured)


@cache
def store() -> Store:
    """Return the store that pages read. Raises ImportError if STORE can't be imported."""
    found = import_string(get().STORE)
    return cast("Store", found() if callable(found) else found)


@cache
def can_view() -> CanView:
    """Return the rule of who sees which task in a bar. Raises ImportError if CAN_VIEW can't be imported."""
    path = get().CAN_VIEW
    return cast("CanView", import_string(path)) if path else _everybody


def _everybody(_user: object, _state: TaskState) -> bool:
    return True


def _clear_cache(*, setting: str, **_: object) -> None:
    if setting == "ELIOT_PROGRESS":
        for cached in (get, store, can_view):
            cached.cache_clear()


setting_changed.connect(_clear_cache)
