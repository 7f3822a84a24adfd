"""What ingest listens to: stored frames, which want a small copy."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache

from timelapse.frames.events import frame_stored
from timelapse.ingest.tasks import make_thumbnails

#: One task makes the small copies of all frames that arrived in the meantime.
_TOGETHER_S: Final = 2
_KEY: Final = "ingest.make_thumbnails"


def connect() -> None:
    """Listen; called once, when Django is ready."""
    frame_stored.connect(_frame_stored, dispatch_uid="timelapse.ingest")


def _frame_stored(**_: object) -> None:
    # A broker that is away costs no frame: the periodic task finds all that have no small copy.
    if cache.add(_KEY, value=True, timeout=_TOGETHER_S):
        make_thumbnails.apply_async(retry=False, expires=600)
