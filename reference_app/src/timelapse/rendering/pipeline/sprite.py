"""Saves small pictures of a movie in one file, and a WebVTT that says which moment each of them shows.

A player shows them while somebody looks for a moment, without asking for the movie itself.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import av
from PIL import Image

from timelapse.rendering.pipeline.disk import writing
from timelapse.rendering.pipeline.errors import BadMovieError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Small pictures of a movie at most, however long it is, and how many stand in a row.
MOST: Final = 100
COLUMNS: Final = 10
#: The longer side of a small picture, pixels.
SIDE: Final = 160
_QUALITY: Final = 75


def save_sprite(
    movie: Path, sprite: Path, index: Path, *, name: str, on_picture: Callable[[], None] = lambda: None
) -> None:
    """Save small pictures of the movie's keyframes, one a second or fewer, and their index.

    Args:
        movie: the movie's file.
        sprite: the JPEG to write, with all small pictures.
        index: the WebVTT to write.
        name: how the index calls the JPEG, from where it lies.
        on_picture: called for each small picture; what it raises propagates.

    Raises:
        BadMovieError: the movie can't be read.
        DiskFullError, StorageError: the files can't be written.
    """
    pictures, duration_s = _keyframes(movie, on_picture)
    width, height = next(iter(pictures.values())).size
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (width * min(len(pictures), COLUMNS), height * rows))
    lines = ["WEBVTT", ""]
    for number, (begin, end) in enumerate(pairwise([*pictures, duration_s])):
        left, top = number % COLUMNS * width, number // COLUMNS * height
        sheet.paste(pictures[begin], (left, top))
        lines += [
            f"{_clock(0.0 if number == 0 else begin)} --> {_clock(end)}",
            f"{name}#xywh={left},{top},{width},{height}",
            "",
        ]
    with writing():
        sheet.save(sprite, "JPEG", quality=_QUALITY)
        index.write_text("\n".join(lines), "utf-8")


def _keyframes(movie: Path, on_picture: Callable[[], None]) -> tuple[dict[float, Image.Image], float]:
    """Return the keyframe before each of some moments, by its time in seconds, and the movie's length."""
    found: dict[float, Image.Image] = {}
    try:
        with av.open(str(movie)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            context.thread_count = 1
            unit = stream.time_base or 0
            length = stream.duration or 0
            moments = min(MOST, max(1, math.ceil(length * unit)))
            for number in range(moments):
                container.seek(length * number // moments, stream=stream)
                packet = next(container.demux(stream))
                frame = (*context.decode(packet), *context.decode(None))[0]  # not those after it, too
                context.flush_buffers()
                time = round(float((frame.pts or 0) * unit), 6)
                if time not in found:
                    small = Image.fromarray(frame.to_ndarray(format="rgb24"))
                    small.thumbnail((SIDE, SIDE))
                    found[time] = small
                on_picture()
            return found, float(length * unit)
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise BadMovieError(f"The movie that was written can't be decoded: {error}") from error


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
