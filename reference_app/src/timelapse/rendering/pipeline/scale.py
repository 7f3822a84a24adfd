"""Scales RGB pixels to a frame of the movie, in the movie's colours."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from timelapse.rendering.pipeline.geometry import Size, contain

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: libswscale's flags, which PyAV has no names for: lanczos, accurate_rnd, full_chroma_inp.
_LANCZOS: Final = 0x200 | 0x40000 | 0x4000
_PIXELS: Final = "yuv420p"
_BLACK: Final = (16, 128, 128)

_local = threading.local()


def to_frame(pixels: NDArray[np.uint8], movie: Size) -> VideoFrame:
    """Return RGB pixels (height, width, 3) as a frame of this even size: BT.709, limited range, yuv420p.

    Pixels of another shape than the movie's lie in the middle, on black (see ``geometry.contain``).
    """
    height, width = pixels.shape[:2]
    place = contain(Size(width, height), movie)
    source = VideoFrame.from_numpy_buffer(pixels, format="rgb24")
    frame = _reformatter().reformat(
        source,
        place.size.width,
        place.size.height,
        _PIXELS,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
        interpolation=_LANCZOS,
        threads=1,
    )
    return frame if place.size == movie else _on_black(frame, place.left, place.top, movie)


def _on_black(frame: VideoFrame, left: int, top: int, movie: Size) -> VideoFrame:
    canvas = VideoFrame(movie.width, movie.height, _PIXELS)
    for number, (target, source) in enumerate(zip(canvas.planes, frame.planes, strict=True)):
        rows = np.frombuffer(target, np.uint8).reshape(target.height, target.line_size)  # type: ignore[call-overload]
        rows[:] = _BLACK[number]
        inner = np.frombuffer(source, np.uint8).reshape(source.height, source.line_size)  # type: ignore[call-overload]
        x, y = (left, top) if number == 0 else (left // 2, top // 2)
        rows[y : y + source.height, x : x + source.width] = inner[:, : source.width]
    canvas.colorspace, canvas.color_range = frame.colorspace, frame.color_range
    return canvas


def _reformatter() -> VideoReformatter:
    """Return this thread's own: it keeps its tables from frame to frame."""
    if not hasattr(_local, "reformatter"):
        _local.reformatter = VideoReformatter()
    found: VideoReformatter = _local.reformatter
    return found
