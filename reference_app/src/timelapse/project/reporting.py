"""Where progress goes: a log file, the latest state in Valkey, and the live channel."""

from __future__ import annotations

import atexit

from celery import signals
from django.conf import settings

import eliot_progress
from eliot_progress.destinations import flush_all
from timelapse.project.progress_publisher import publish
from timelapse.shared import live
from timelapse.shared.progress import store


def install() -> None:
    """Log every process to one file, store the latest states of tasks, and publish them."""
    settings.LOG_FOLDER.mkdir(parents=True, exist_ok=True)
    eliot_progress.install(store=store(), on_change=publish, log_path=settings.LOG_FOLDER / "timelapse.jsonl")
    # A process that ends right after a report must not lose it. Celery's child processes skip atexit.
    atexit.register(flush)
    signals.worker_process_shutdown.connect(flush, weak=False, dispatch_uid="timelapse.project.reporting")


def flush(**_: object) -> None:
    """Deliver the latest states, then send the events that they cause."""
    flush_all()
    live.flush()
