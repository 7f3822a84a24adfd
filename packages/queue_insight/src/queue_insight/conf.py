"""The settings: one dict, `QUEUE_INSIGHT`, read into one frozen dataclass. None is needed to start.

Importing this module needs no configured Django; without Django settings the defaults hold.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from django.conf import settings as django_settings
from django.core.signals import setting_changed

from queue_insight.errors import SettingInvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, with its default."""

    #: Dotted path to the Celery app, "project.celery.app"; empty means Celery's current app.
    APP: str = ""
    #: Where sightings are kept: "redis://...", "memory://"; empty means the broker if it is Redis or Valkey.
    STORE: str = ""
    #: Start of every key in the store; give each Celery app its own when several share one store.
    KEY_PREFIX: str = "queue-insight"
    #: Queues to show besides those that Celery's configuration, the workers and the events name.
    QUEUES: tuple[str, ...] = ()
    #: Waiting tasks to look at per queue; deeper ones are counted only.
    PEEK: int = 100
    #: Tasks that the collector remembers at most; the oldest are dropped and counted.
    MAX_TASKS: int = 10_000
    #: Seconds between two sightings; the next one is promised after as many.
    EVERY_S: float = 1.0
    #: Heartbeats that a worker may miss after the promised one before it counts as gone.
    GRACE_BEATS: float = 2.0
    #: Seconds between two rounds of asking the workers what they run and listen to.
    CENSUS_EVERY_S: float = 10.0
    #: Seconds after which what was lost, ended or gone is forgotten.
    FORGET_AFTER_S: float = 3600.0
    #: Write the time of sending into each task's headers, so that waits are known without events.
    STAMP: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers that cannot work."""
        for name in ("MAX_TASKS", "EVERY_S", "CENSUS_EVERY_S", "FORGET_AFTER_S"):
            if not getattr(self, name) > 0:
                raise SettingInvalidError(
                    f"QUEUE_INSIGHT[{name!r}] is {getattr(self, name)!r}; it must be above 0."
                )
        for name in ("PEEK", "GRACE_BEATS"):
            if not getattr(self, name) >= 0:
                raise SettingInvalidError(
                    f"QUEUE_INSIGHT[{name!r}] is {getattr(self, name)!r}; it must not be negative."
                )


def names() -> frozenset[str]:
    """Return the names of all settings."""
    return frozenset(field.name for field in fields(Settings))


def given() -> Mapping[str, object]:
    """Return the dict as it stands in Django's settings; empty without Django settings."""
    if not django_settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        return {}
    found: Mapping[str, object] = getattr(django_settings, "QUEUE_INSIGHT", {})
    return found


@functools.cache
def get() -> Settings:
    """Return the settings in force.

    Unknown keys are left out here: `manage.py check` reports each with a guess.

    Raises:
        SettingInvalidError: a number is out of range.
    """
    known = names()
    return Settings(**{key: value for key, value in given().items() if key in known})  # type: ignore[arg-type]


def _forget(*, setting: str, **_: object) -> None:
    if setting == "QUEUE_INSIGHT":
        get.cache_clear()


setting_changed.connect(_forget, dispatch_uid="queue_insight.conf")
