"""Renders pictures to a verified movie and its poster."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from timelapse.rendering.pipeline.clip import PictureClip
from timelapse.rendering.pipeline.encode import encode
from timelapse.rendering.pipeline.errors import DiskFullError, NoUsableFramesError, StorageError
from timelapse.rendering.pipeline.picture import transfer_size
from timelapse.rendering.pipeline.source import FrameSource
from timelapse.rendering.pipeline.verify import MovieInfo, inspect, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from timelapse.rendering.pipeline.geometry import Size
    from timelapse.rendering.pipeline.picture import LeftOut, Picture

MOVIE = "movie.mp4"
POSTER = "poster.jpg"
_WORK_FOLDER_PREFIX = ".rendering-"
_POSTER_QUALITY = 85
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieSpec:
    """What to render: ``size`` must be even, ``rate`` exact (see ``rate.exact_rate``)."""

    pictures: Sequence[Picture]
    size: Size
    rate: Fraction
    max_pixels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A finished, unpublished movie: ``publish`` moves it into place, ``close`` discards it."""

    folder: Path
    work_folder: Path
    info: MovieInfo
    left_out: tuple[LeftOut, ...]

    def publish(self) -> None:
        """Move movie and poster into ``folder`` in one rename each; readers see the old ones or these."""
        for name in (POSTER, MOVIE):
            (self.work_folder / name).replace(self.folder / name)
        self.close()

    def close(self) -> None:
        """Remove what wasn't published."""
        shutil.rmtree(self.work_folder, ignore_errors=True)


def render(spec: MovieSpec, folder: Path, *, on_frame: Callable[[int], None]) -> Rendered:
    """Render into a work folder inside ``folder`` (created if missing) and verify the result by decoding it.

    ``on_frame`` is called after each frame with the number of pictures processed so far, including those left
    out; it may raise to stop. On any failure the work folder is removed. Leftovers of killed attempts are
    removed first. Raises RenderError or what ``on_frame`` raised.
    """
    sweep(folder)
    work_folder = folder / f"{_WORK_FOLDER_PREFIX}{uuid.uuid4().hex}"
    try:
        with _storing():
            work_folder.mkdir(parents=True)
        return _render(spec, work_folder, on_frame)
    except BaseException:
        shutil.rmtree(work_folder, ignore_errors=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what killed attempts left in ``folder``."""
    for leftover in folder.glob(f"{_WORK_FOLDER_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _render(spec: MovieSpec, work_folder: Path, on_frame: Callable[[int], None]) -> Rendered:
    size = transfer_size(spec.pictures[0], spec.size) if spec.pictures else spec.size
    source = FrameSource(spec.pictures, size, max_pixels=spec.max_pixels)
    poster = _Poster(at=len(spec.pictures) // 2)
    with closing(source.frames()) as frames:
        clip = PictureClip(poster.watch(frames), size, len(spec.pictures), spec.rate)
        count = encode(
            clip,
            work_folder / MOVIE,
            spec.rate,
            size=spec.size,
            on_frame=lambda done: on_frame(done + len(source.left_out)),
        )
    if not count:
        raise NoUsableFramesError(f"None of the {len(spec.pictures)} pictures could be read.")
    info = inspect(work_folder / MOVIE)
    verify(info, frame_count=count, rate=spec.rate, size=spec.size)
    with _storing():
        poster.save(work_folder / POSTER, spec.size)
        for name in (MOVIE, POSTER):
            _flush(work_folder / name)
    return Rendered(
        folder=work_folder.parent, work_folder=work_folder, info=info, left_out=tuple(source.left_out)
    )


class _Poster:
    """Keeps the middle frame of the movie, or the last one before it."""

    def __init__(self, *, at: int) -> None:
        self._at = at
        self._frame: NDArray[np.uint8] | None = None

    def watch(self, frames: Iterator[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
        for index, frame in enumerate(frames):
            if index <= self._at:
                self._frame = frame
            yield frame

    def save(self, path: Path, size: Size) -> None:
        if self._frame is not None:
            image = Image.fromarray(self._frame).resize((size.width, size.height), Image.Resampling.LANCZOS)
            image.save(path, "JPEG", quality=_POSTER_QUALITY, optimize=True)


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError("The disk for movies is full.") from error
        raise StorageError(f"The movie can't be stored: {error.strerror}.") from error


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
