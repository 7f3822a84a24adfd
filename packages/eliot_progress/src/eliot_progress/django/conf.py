"""The settings: `ELIOT_PROGRESS = {...}`. None is needed."""

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
    """What can be set."""

    #: Whose `traceparent` header is believed: "never", "same-origin" (the browser says that our own page
    #: sent the request) or "always" (only behind a proxy that removes the header from the outside).
    ADOPT: str = NEVER
    #: The alias in DATABASES of the log and the kept states. One of its own keeps them off the app's writes;
    #: it needs `DATABASE_ROUTERS = ["eliot_progress.django.router.Router"]`.
    DATABASE: str = "default"
    #: Dotted path of a callable that gives the store that the admin's overview reads.
    STORE: str = "eliot_progress.django.store.DjangoStore"


@cache
def get() -> Settings:
    """The settings as they are now. Raises TypeError for an unknown key; the check is kinder."""
    given: Mapping[str, str] = getattr(settings, "ELIOT_PROGRESS", {})
    return Settings(**given)


def store() -> Store:
    """The store that the admin's overview reads. Raises ImportError when STORE names nothing."""
    return cast("Callable[[], Store]", import_string(get().STORE))()


def _forget(*, setting: str, **_: object) -> None:
    if setting == "ELIOT_PROGRESS":
        get.cache_clear()


setting_changed.connect(_forget)
