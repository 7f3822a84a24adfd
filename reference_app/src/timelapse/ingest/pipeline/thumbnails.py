"""Thumbnails of frames that were stored without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.frames.queries import file_of, thumbnail_of
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline import files
from timelapse.ingest.pipeline.decoding import inspect_file

if TYPE_CHECKING:
    from pathlib import Path

    from timelapse.frames.models import Frame


def ensure_thumbnail(frame: Frame) -> Path | None:
    """Return the path of the frame's thumbnail, written now if it is missing; None if it can't be.

    Ingest writes thumbnails together with frames. One is missing if an earlier version stored the frame, or
    if the disk was full.
    """
    path = thumbnail_of(frame)
    if path.exists():
        return path
    try:
        files.write(path, inspect_file(file_of(frame)).thumbnail)
    except (OSError, Refusal):
        return None
    return path
