"""What ingest does now and then."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from timelapse.ingest.domain import UPLOADS_LAST
from timelapse.ingest.pipeline import incoming


@shared_task(name="ingest.sweep_uploads")
def sweep_uploads() -> int:
    """Remove the uploads that were left unfinished for too long, and say how many there were."""
    return incoming.sweep(timezone.now() - UPLOADS_LAST)
