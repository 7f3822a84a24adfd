"""Movies and runs in any state, as their workers left them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from fsmlock.models import Run
from timelapse.ingest.usb_import import ImportCaptures
from timelapse.rendering.models import Movie


def movie(timelapse, state="ready", *, minutes_ago=0, title="", by=None):
    ended = timezone.now() - timedelta(minutes=minutes_ago)
    return Movie.objects.create(
        timelapse=timelapse, state=state, fps=24, width=64, height=48, finished_at=ended, title=title,
        requested_by=by,
    )  # fmt: skip


def run(state="succeeded", *, minutes_ago=0, camera=None, by=""):
    """An import as its worker left it."""
    asked = ImportCaptures.enqueue(folder=f"/media/{uuid4()}", camera=str(camera or uuid4()), by=by)
    ended = timezone.now() - timedelta(minutes=minutes_ago)
    Run.objects.filter(pk=asked.pk).update(state=state, ended_at=ended if state in Run.States.ENDED else None)
    return Run.objects.get(pk=asked.pk)
