"""Many rows of frames at once, without files."""

from __future__ import annotations

from datetime import timedelta

from timelapse.frames.domain import FramePaths
from timelapse.frames.models import Frame


def make_frames(camera, number, *, begin, every=timedelta(seconds=1), first=0):
    """Make frames that are as far apart as `every`, with sequence numbers from `first` on."""
    for batch in range(0, number, 2000):
        Frame.objects.bulk_create(
            _frame(camera, begin + each * every, first + each)
            for each in range(batch, min(batch + 2000, number))
        )


def _frame(camera, captured_at, sequence):
    capture = f"made-{sequence:09d}"
    paths = FramePaths.of(camera.pk, capture, "jpg")
    return Frame(
        camera=camera,
        capture=capture,
        sequence=sequence,
        captured_at=captured_at,
        clock="synced",
        sha256="0" * 64,
        width=64,
        height=48,
        bytes=99,
        file=paths.frame,
        thumbnail=paths.thumbnail,
    )
