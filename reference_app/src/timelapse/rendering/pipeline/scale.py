"""Scales RGB pixels to a frame of the movie, in the movie's colours."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from PIL import Image, ImageFilter

from timelapse.rendering.fit import CONTAIN, FOCUSES
from timelapse.rendering.pipeline.geometry import Size, contain, cover

if TYPE_CHECKING:
    from av.video.plane import VideoPlane
    from numpy.typing import NDArray

    from timelapse.rendering.fit import Fit, Focus

#: libswscale's flags, which PyAV has no names for: lanczos, accurate_rnd, full_chroma_inp.
_LANCZOS: Final = 0x200 | 0x40000 | 0x4000
#: Bytes, more than libswscale reads past the end of its source to make the last row whole vectors.
_READ_PAST_END: Final = 1024
_PIXELS: Final = "yuv420p"
_BLACK: Final = (16, 128, 128)
#: A blurred picture is blurred at this part of its size: it has no details to lose.
_BLURRED_AT: Final = 8
#: Its blur (the deviation of a Gaussian one), of the movie's shorter side.
_BLUR: Final = 0.04

_local = threading.local()


def to_frame(pixels: NDArray[np.uint8], movie: Size, fit: Fit = CONTAIN) -> VideoFrame:
    """Return RGB pixels (height, width, 3) as a frame of this even size: BT.709, limited range, yuv420p.

    Pixels of another shape than the movie's are fitted as ``fit`` says.
    """
    if fit.mode == "cover":
        return _scaled(_cropped(pixels, movie, fit.focus), movie)
    place = contain(_size(pixels), movie)
    frame = _scaled(pixels, place.size)
    if place.size == movie:
        return frame
    canvas = _black(movie) if fit.mode == "contain" else _blurred(pixels, movie)
    _paste(frame, canvas, place.left, place.top)
    canvas.colorspace, canvas.color_range = frame.colorspace, frame.color_range
    return canvas


def _size(pixels: NDArray[np.uint8]) -> Size:
    return Size(pixels.shape[1], pixels.shape[0])


def _cropped(pixels: NDArray[np.uint8], movie: Size, focus: Focus) -> NDArray[np.uint8]:
    crop = cover(_size(pixels), movie, focus)
    return pixels[crop.top : crop.top + crop.size.height, crop.left : crop.left + crop.size.width]


def _scaled(pixels: NDArray[np.uint8], size: Size) -> VideoFrame:
    source = VideoFrame.from_numpy_buffer(_padded(pixels), format="rgb24")
    return _reformatter().reformat(
        source,
        size.width,
        size.height,
        _PIXELS,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
        interpolation=_LANCZOS,
        threads=1,
    )


def _padded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy with memory of its own behind the last row."""
    memory = np.empty(pixels.size + _READ_PAST_END, np.uint8)
    padded = memory[: pixels.size].reshape(pixels.shape)
    padded[:], memory[pixels.size :] = pixels, 0
    return padded


def _black(movie: Size) -> VideoFrame:
    canvas = VideoFrame(movie.width, movie.height, _PIXELS)
    for plane, value in zip(canvas.planes, _BLACK, strict=True):
        _rows(plane)[:] = value
    return canvas


def _blurred(pixels: NDArray[np.uint8], movie: Size) -> VideoFrame:
    """Return the middle of the picture, which covers the frame and is too blurred to draw the eye."""
    cut = Image.fromarray(np.ascontiguousarray(_cropped(pixels, movie, FOCUSES["center"])))
    small = tuple(max(2, length // _BLURRED_AT) for length in (movie.width, movie.height))
    radius = max(1.0, min(small) * _BLUR)
    blurred = cut.resize((small[0], small[1]), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(radius))
    return _scaled(np.asarray(blurred), movie)


def _paste(frame: VideoFrame, canvas: VideoFrame, left: int, top: int) -> None:
    for number, (target, source) in enumerate(zip(canvas.planes, frame.planes, strict=True)):
        x, y = (left, top) if number == 0 else (left // 2, top // 2)
        inner = _rows(source)[:, : source.width]
        _rows(target)[y : y + source.height, x : x + source.width] = inner


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    """Return the pixels of a plane with what stands between its rows, to write into."""
    return np.frombuffer(cast("bytes", plane), np.uint8).reshape(plane.height, plane.line_size)


def _reformatter() -> VideoReformatter:
    """Return this thread's own: it keeps its tables from frame to frame."""
    if not hasattr(_local, "reformatter"):
        _local.reformatter = VideoReformatter()
    found: VideoReformatter = _local.reformatter
    return found
