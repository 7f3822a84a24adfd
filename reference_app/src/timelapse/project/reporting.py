"""Where progress goes: a log file, the latest state in Valkey, and those who watch."""

from __future__ import annotations

from django.conf import settings

import eliot_progress
from timelapse.project.progress_publisher import publish
from timelapse.shared.progress import store


def install() -> None:
    """Let every process log to one file, store the latest states, and tell those who watch."""
    settings.LOG_FOLDER.mkdir(parents=True, exist_ok=True)
    eliot_progress.install(store=store(), on_change=publish, log_path=settings.LOG_FOLDER / "timelapse.jsonl")
