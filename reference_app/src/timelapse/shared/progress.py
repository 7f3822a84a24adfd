"""The store of the latest state of each task that reports progress."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from eliot_progress.stores.redis import RedisStore

if TYPE_CHECKING:
    from django.db.models import Model


@cache
def store() -> RedisStore:
    """Give the store that all processes share."""
    return RedisStore(settings.PROGRESS_REDIS_URL)


def about(instance: Model) -> str:
    """Name the object that a task is about, as in ``rendering.Movie:7``."""
    return f"{instance._meta.label}:{instance.pk}"
