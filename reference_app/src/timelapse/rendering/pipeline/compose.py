"""Makes the frame of a recipe: its picture, and what is added to it.

Light is changed by tables of 256 values, and labels are drawn into the planes of the finished frame, so that
no pixel is converted twice. A recipe that adds nothing costs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from PIL import Image, ImageDraw

from timelapse.rendering.fit import CONTAIN
from timelapse.rendering.lettering import font
from timelapse.rendering.pipeline.geometry import Size, scaled
from timelapse.rendering.pipeline.picture import read_picture
from timelapse.rendering.pipeline.scale import to_frame
from timelapse.rendering.pipeline.steady import MOST
from timelapse.rendering.pipeline.tone import brightened

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from timelapse.rendering.fit import Fit
    from timelapse.rendering.pipeline.composition import Composition
    from timelapse.rendering.pipeline.plan import Recipe
    from timelapse.rendering.pipeline.steady import Shift
    from timelapse.rendering.view import View

#: Of the movie's shorter side: the height of a label's letters, its margin, and a card's letters.
_LETTERS: Final = 0.035
_MARGIN: Final = 0.03
_CARD_LETTERS: Final = 0.08
_LEAST_LETTERS: Final = 6
#: Of the letters' height: their dark outline.
_OUTLINE: Final = 0.12
_BLACK, _WHITE, _GREY = 16, 235, 128


def make_frame(recipe: Recipe, size: Size, *, max_pixels: int, fit: Fit = CONTAIN) -> VideoFrame:
    """Return the frame of a recipe for a movie of this size. Raises PictureError."""
    composition = recipe.composition
    if composition is None:
        return to_frame(read_picture(recipe, size, max_pixels=max_pixels, fit=fit), size, fit)
    if composition.card:
        frame = to_frame(np.zeros((size.height, size.width, 3), np.uint8), size)
        _draw(frame, _written(composition.card, size, _CARD_LETTERS), size, middle=True)
    else:
        view = composition.view
        needed = size if view is None else _enlarged(size, 1 / view.share)
        pixels = read_picture(recipe, needed, max_pixels=max_pixels, fit=fit)
        if composition.steady is not None:
            pixels = _steadied(pixels, composition.steady)
        pixels = brightened(pixels, composition.gain_ev)
        if view is not None:
            pixels = _viewed(pixels, view, size, fit)
        frame = to_frame(pixels, size, fit)
    return _finished(frame, composition, size)


def _steadied(pixels: NDArray[np.uint8], away: Shift) -> NDArray[np.uint8]:
    """Crop a picture by the same at each side, there where its content belongs."""
    cropped = []
    for length, share in zip(pixels.shape, reversed(away), strict=False):
        margin = round(length * MOST)
        begin = min(2 * margin, max(0, margin + round(length * share)))
        cropped.append(slice(begin, length - 2 * margin + begin))
    return np.ascontiguousarray(pixels[tuple(cropped)])


def _enlarged(size: Size, zoom: float) -> Size:
    return Size(round(size.width * zoom), round(size.height * zoom))


def _viewed(pixels: NDArray[np.uint8], view: View, size: Size, fit: Fit) -> NDArray[np.uint8]:
    """Return a part of a picture as large as the whole would be in the movie.

    Its edges lie between pixels: from frame to frame they move by less than one.
    """
    height, width = pixels.shape[:2]
    left, top = width * view.left, height * view.top
    right, bottom = min(width, left + width * view.share), min(height, top + height * view.share)
    place = scaled(Size(width, height), size, fit)
    shown = Image.fromarray(pixels).resize(
        (place.width, place.height), Image.Resampling.LANCZOS, box=(left, top, right, bottom)
    )
    return np.asarray(shown)


def _finished(frame: VideoFrame, composition: Composition, size: Size) -> VideoFrame:
    if composition.label:
        _draw(frame, _written(composition.label, size, _LETTERS), size, middle=False)
    if composition.light < 1:
        for number, rows in enumerate(_planes(frame)):
            darkest = _BLACK if number == 0 else _GREY
            table = darkest + (np.arange(256) - darkest) * composition.light
            rows[:] = np.clip(table.round(), 0, 255).astype(np.uint8)[rows]
    return frame


def _planes(frame: VideoFrame) -> list[NDArray[np.uint8]]:
    """Return the pixels of luma and of both chroma planes, to write into."""
    return [
        np.frombuffer(cast("bytes", plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    ]


@lru_cache(64)
def _written(text: str, size: Size, share: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a text's luma and how much it covers (0 to 1), both of even width and height.

    Letters become smaller until the text fits into the movie.
    """
    short = min(size.width, size.height)
    room = size.width - 2 * round(short * _MARGIN)
    height = max(_LEAST_LETTERS, round(short * share))
    outline = max(1, round(height * _OUTLINE))
    measured = ImageDraw.Draw(Image.new("L", (1, 1)))
    while True:
        box = measured.textbbox((0, 0), text, font=font(height), stroke_width=outline)
        if box[2] - box[0] <= room or height <= _LEAST_LETTERS:
            break
        height = max(_LEAST_LETTERS, min(height - 1, int(height * room / (box[2] - box[0]))))
        outline = max(1, round(height * _OUTLINE))
    width, depth = (int(-(-length // 2) * 2) for length in (box[2] - box[0], box[3] - box[1]))
    canvas = Image.new("LA", (width, depth))
    ImageDraw.Draw(canvas).text(
        (-box[0], -box[1]),
        text,
        (_WHITE, 255),
        font=font(height),
        stroke_width=outline,
        stroke_fill=(_BLACK, 255),
    )
    luma, cover = np.moveaxis(np.asarray(canvas, np.float32), -1, 0)
    return luma, cover / 255


def _draw(
    frame: VideoFrame, written: tuple[NDArray[np.float32], NDArray[np.float32]], size: Size, *, middle: bool
) -> None:
    luma, cover = (part[: size.height, : size.width] for part in written)
    height, width = luma.shape
    margin = round(min(size.width, size.height) * _MARGIN) // 2 * 2
    if middle:
        top, left = (size.height - height) // 4 * 2, (size.width - width) // 4 * 2
    else:
        top, left = max(0, size.height - margin - height), max(0, min(margin, size.width - width))
    for number, rows in enumerate(_planes(frame)):
        place = rows[top : top + height, left : left + width]
        value: NDArray[np.float32] | float = luma
        if number == 1:
            top, left, height, width = (length // 2 for length in (top, left, height, width))
            cover = cover.reshape(height, 2, width, 2).mean(axis=(1, 3))
        if number > 0:
            place, value = rows[top : top + height, left : left + width], float(_GREY)
        place[:] = (place + (value - place) * cover).round().astype(np.uint8)
