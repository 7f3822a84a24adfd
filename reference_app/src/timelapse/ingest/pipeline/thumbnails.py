"""Small copies of frames, made after the frame is safe: a killed worker leaves none undone, only late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of, thumbnail_of
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline import files
from timelapse.ingest.pipeline.picture import thumbnail

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Frames that one task takes on, so that other tasks get their turn.
BATCH: Final = 100


def make_some() -> Iterator[Frame]:
    """Make the small copies of the newest frames that have none; yield each frame as it is done."""
    for frame in Frame.objects.filter(thumbnailed=False).only("file", "thumbnail").order_by("-pk")[:BATCH]:
        _make(frame)
        Frame.objects.filter(pk=frame.pk).update(thumbnailed=True)
        yield frame


def _make(frame: Frame) -> None:
    """Write the file, then let the row tell of it; a frame without a usable file is not tried again."""
    try:
        small = thumbnail(file_of(frame).read_bytes())
    except (FileNotFoundError, Refusal):
        return
    files.write(thumbnail_of(frame), small)
