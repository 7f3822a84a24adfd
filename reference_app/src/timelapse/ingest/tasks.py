"""Periodic tasks of ingest."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from timelapse.cameras.models import Camera
from timelapse.cameras.records import trim_logs
from timelapse.frames import clocks
from timelapse.ingest.domain import UPLOADS_LAST
from timelapse.ingest.pipeline import incoming


@shared_task(name="ingest.sweep_uploads")
def sweep_uploads() -> int:
    """Remove uploads that were left unfinished for too long; return how many."""
    return incoming.sweep(timezone.now() - UPLOADS_LAST)


@shared_task(name="ingest.settle_clocks")
def settle_clocks() -> int:
    """Re-time frames whose boot's clock was fixed; return how many."""
    return clocks.apply_fixes()


@shared_task(name="ingest.trim_logs")
def trim_agent_logs() -> int:
    """Remove the oldest log messages of agents; return how many."""
    return trim_logs(Camera.objects.values_list("pk", flat=True))
