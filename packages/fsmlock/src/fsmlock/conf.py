"""Settings: the dict ``FSMLOCK`` in the Django settings as one frozen value. All have defaults."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings with their defaults."""

    #: Dotted path of the class that stores holds.
    BACKEND: str = "fsmlock.backends.database.DatabaseBackend"
    #: How long a hold outlives a holder that has died. Renewed in the background while the holder lives.
    LEASE: timedelta = timedelta(seconds=10)
    #: A holder notices a cancel request within this time (a hold is renewed at least this often).
    NOTICE_WITHIN: timedelta = timedelta(seconds=1)
    #: Dotted path of a function that hands a Run to a worker, e.g. fsmlock.adapters.celery.enqueue.
    #: Empty: runs wait for ``manage.py fsmlock execute`` or for your own ``fsmlock.iteration.execute(run)``.
    ENQUEUE: str = ""
    #: A run whose worker should have begun so long ago is queued again (by the Celery task recover_runs): its
    #: message may be lost. If it isn't, a second message does no harm.
    REQUEUE_AFTER: timedelta = timedelta(minutes=10)
    #: Folder of this host for the cursors of running iterations. Empty: one in the temporary folder.
    JOURNALS: str = ""
    #: Alias in CACHES (a django-redis cache) for the Redis backend. Its database must be its own.
    CACHE: str = "fsmlock"


def configured() -> Mapping[str, Any]:
    """The dict as the project wrote it; empty if there is none."""
    return getattr(settings, "FSMLOCK", {}) if settings.configured or _has_module() else {}


def _has_module() -> bool:
    try:
        return bool(settings.SETTINGS_MODULE)
    except ImproperlyConfigured:
        return False


@functools.cache
def get() -> Settings:
    """The current settings. Unknown keys are ignored here and reported by ``manage.py check``."""
    known = {f.name for f in fields(Settings)}
    return Settings(**{key: value for key, value in configured().items() if key in known})


def _clear_cache(*, setting: str, **_: object) -> None:
    if setting == "FSMLOCK":
        get.cache_clear()


setting_changed.connect(_clear_cache, dispatch_uid="fsmlock.conf")
