"""Turns what the system and ffmpeg say about writing files into errors with a remedy."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import av

from timelapse.rendering.pipeline.errors import DiskFullError, EncoderError, StorageError
from timelapse.shared.full_disk import NO_ROOM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL: Final = NO_ROOM | {errno.EFBIG}


@contextmanager
def writing() -> Iterator[None]:
    """Raise DiskFullError, StorageError or EncoderError for what goes wrong inside."""
    try:
        yield
    except (OSError, av.FFmpegError) as error:
        number, text = getattr(error, "errno", None), getattr(error, "strerror", None) or str(error)
        if number in _FULL:
            raise DiskFullError(
                "The disk for movies is full, or the movie is larger than a file may be."
            ) from error
        if isinstance(error, OSError):
            raise StorageError(f"The movie can't be stored: {text}.") from error
        raise EncoderError(f"The encoder failed: {text}.") from error


def put_in_place(part: Path, path: Path) -> None:
    """Give a finished file its name once its bytes are on the disk; replaces the file of that name."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
