"""Thumbnails of frames that were stored without one, and large ones, made when they are first looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.frames.domain import LARGE_SIDE, THUMBNAIL_SIDE
from timelapse.frames.queries import file_of, large_thumbnail_of, thumbnail_of
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
    return _ensure(thumbnail_of(frame), frame, THUMBNAIL_SIDE)


def ensure_large_thumbnail(frame: Frame) -> Path | None:
    """Return the path of the frame's large thumbnail, written now if it is missing; None if it can't be."""
    return _ensure(large_thumbnail_of(frame), frame, LARGE_SIDE)


def _ensure(path: Path, frame: Frame, side: int) -> Path | None:
    if path.exists():
        return path
    try:
        files.write(path, inspect_file(file_of(frame), side).thumbnail)
    except (OSError, Refusal):
        return None
    return path
