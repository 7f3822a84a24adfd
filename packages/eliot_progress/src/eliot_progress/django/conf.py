"""The settings: `ELIOT_PROGRESS = {...}`. None is needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.signals import setting_changed

if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER, SAME_ORIGIN, ALWAYS = "never", "same-origin", "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set."""

    #: Whose `traceparent` header is believed: "never", "same-origin" (the browser says that our own page
    #: sent the request) or "always" (only behind a proxy that removes the header from the outside).
    ADOPT: str = NEVER


@cache
def get() -> Settings:
    """The settings as they are now. Raises TypeError for an unknown key; the check is kinder."""
    given: Mapping[str, str] = getattr(settings, "ELIOT_PROGRESS", {})
    return Settings(**given)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "ELIOT_PROGRESS":
        get.cache_clear()


setting_changed.connect(_forget)
