"""Where progress goes: a log file, the latest state in Valkey, and those who watch."""

from __future__ import annotations

from functools import cache

import eliot_progress
from django.conf import settings
from eliot_progress.stores.redis import RedisStore

from timelapse.project.fanout import Fanout


@cache
def store() -> RedisStore:
    """Give the store of the latest state of each task."""
    return RedisStore(settings.PROGRESS_REDIS_URL)


def install() -> None:
    """Let every process log to one file, store the latest states, and tell those who watch."""
    settings.LOG_FOLDER.mkdir(parents=True, exist_ok=True)
    eliot_progress.install(
        store=store(), on_change=Fanout().publish, log_path=settings.LOG_FOLDER / "timelapse.jsonl"
    )
