"""The settings: one dict, `QUEUE_INSIGHT`, read into one frozen dataclass. All are optional.

Importing this module needs no configured Django; without Django settings the defaults apply.
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
    """All settings with their defaults."""

    #: Dotted path to the Celery app, "project.celery.app"; empty means Celery's current app.
    APP: str = ""
    #: Where the collector saves its state: "redis://...", "database://default" or "memory://"; empty means
    #: the broker if it is Redis or Valkey, else the default database.
    STORE: str = ""
    #: Prefix of every key in the store; give each Celery app its own if several share one store.
    KEY_PREFIX: str = "queue-insight"
    #: Queues to show in addition to those that Celery's configuration, workers and events name.
    QUEUES: tuple[str, ...] = ()
    #: Number of waiting tasks to read per queue; further ones are only counted.
    PEEK: int = 100
    #: Maximum number of tasks that the collector keeps: of workers, of which those that run go last, and as
    #: many that wait, of which it then keeps an even share. What goes is counted.
    MAX_TASKS: int = 10_000
    #: Seconds between two saves of the collector's state; each promises the next after this interval.
    SAVE_INTERVAL_S: float = 1.0
    #: Heartbeat intervals of grace after a missed heartbeat, before the worker counts as gone.
    GRACE_HEARTBEATS: float = 2.0
    #: Seconds between two inspections of the workers.
    INSPECT_INTERVAL_S: float = 10.0
    #: Seconds after which lost and finished tasks and gone workers are deleted.
    RETENTION_S: float = 3600.0
    #: Arguments whose names contain one of these words are redacted before anything is kept.
    REDACT: tuple[str, ...] = ("password", "secret", "token", "key", "authorization", "card")
    #: Installed packages that are the project's own code, as the place of a failure; what isn't installed is.
    OWN_PACKAGES: tuple[str, ...] = ()
    #: Address of RabbitMQ's management API, "https://user:password@host:15671"; empty: port 15672 of the
    #: broker's host, or 15671 by TLS, with the broker's user and password.
    RABBITMQ_MANAGEMENT_URL: str = ""
    #: What a scraper sends as "Authorization: Bearer ..." to read the metrics; empty: nobody may.
    METRICS_TOKEN: str = ""
    #: Add the publish time to each task's headers, so that waits are known without events.
    RECORD_PUBLISH_TIME: bool = True
    #: Maximum number of sent tasks of which the store has a note, and at least half of it; 0: none is made.
    MAX_SENT: int = 100_000
    #: Dotted path to a function that returns the causal id of what is done at the moment, or None.
    CAUSAL_ID: str = ""

    def __post_init__(self) -> None:
        """Refuse numbers that are out of range."""
        for name in ("MAX_TASKS", "SAVE_INTERVAL_S", "INSPECT_INTERVAL_S", "RETENTION_S"):
            if not getattr(self, name) > 0:
                raise SettingInvalidError(
                    f"QUEUE_INSIGHT[{name!r}] is {getattr(self, name)!r}; it must be above 0."
                )
        for name in ("PEEK", "GRACE_HEARTBEATS", "MAX_SENT"):
            if not getattr(self, name) >= 0:
                raise SettingInvalidError(
                    f"QUEUE_INSIGHT[{name!r}] is {getattr(self, name)!r}; it must not be negative."
                )


def names() -> frozenset[str]:
    """Return the names of all settings."""
    return frozenset(field.name for field in fields(Settings))


def configured() -> Mapping[str, object]:
    """Return QUEUE_INSIGHT as found in Django's settings; empty without Django settings."""
    if not django_settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        return {}
    found: Mapping[str, object] = getattr(django_settings, "QUEUE_INSIGHT", {})
    return found


@functools.cache
def get() -> Settings:
    """Return the effective settings.

    Unknown keys are ignored here; `manage.py check` reports each with a suggestion.

    Raises:
        SettingInvalidError: a number is out of range.
    """
    known = names()
    return Settings(**{key: value for key, value in configured().items() if key in known})  # type: ignore[arg-type]


def _clear_cache(*, setting: str, **_: object) -> None:
    if setting == "QUEUE_INSIGHT":
        get.cache_clear()


setting_changed.connect(_clear_cache, dispatch_uid="queue_insight.conf")
