"""The settings: `ELIOT_PROGRESS = {...}`. All are optional."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eliot_progress.stores.base import Store

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
    #: Dotted path of a callable that returns the store for the admin's overview.
    STORE: str = "eliot_progress.django.store.DjangoStore"


@cache
def get() -> Settings:
    """Return the current settings. Raises TypeError for an unknown key."""
    configured: Mapping[str, str] = getattr(settings, "ELIOT_PROGRESS", {})
    return Settings(**configured)


def store() -> Store:
    """Return the store that the admin reads. Raises ImportError if STORE can't be imported."""
    return cast("Callable[[], Store]", import_string(get().STORE))()


def _clear_cache(*, setting: str, **_: object) -> None:
    if setting == "ELIOT_PROGRESS":
        get.cache_clear()


setting_changed.connect(_clear_cache)
