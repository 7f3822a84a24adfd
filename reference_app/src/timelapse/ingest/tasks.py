"""Periodic tasks of ingest."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from timelapse.cameras.health_history import trim_samples
from timelapse.cameras.models import Camera
from timelapse.cameras.records import trim_logs
from timelapse.frames import clocks
from timelapse.ingest import measuring, orphans
from timelapse.ingest.domain import UPLOAD_LIFETIME
from timelapse.ingest.pipeline import incoming


@shared_task(name="ingest.sweep_uploads")
def sweep_uploads() -> int:
    """Remove unfinished uploads that are too old; return how many."""
    return incoming.sweep(timezone.now() - UPLOAD_LIFETIME)


@shared_task(name="ingest.sweep_files")
def sweep_files() -> int:
    """Remove pictures that no row names, which a crash left behind; return how many."""
    return orphans.sweep_files(timezone.now())


@shared_task(name="ingest.settle_clocks")
def settle_clocks() -> int:
    """Enqueue runs for clock fixes that still have frames to correct; return how many."""
    return clocks.apply_fixes()


@shared_task(name="ingest.measure_frames")
def measure_frames() -> int:
    """Enqueue a run for each camera with frames of an earlier version; return how many have them."""
    return measuring.enqueue_measuring()


@shared_task(name="ingest.trim_logs")
def trim_agent_logs() -> int:
    """Remove the oldest log messages and health samples of agents; return how many."""
    cameras = list(Camera.objects.values_list("pk", flat=True))
    return trim_logs(cameras) + trim_samples(cameras, now=timezone.now())
