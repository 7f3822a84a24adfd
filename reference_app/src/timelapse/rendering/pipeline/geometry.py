"""The position of a picture in the movie's frame. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timelapse.rendering.fit import Fit, Focus

# A picture whose shape differs less than this from the movie's fills the frame: bars of a pixel or two, as
# 4056x3040 in 1440x1080 would get, look like a fault.
_SAME_SHAPE = 0.01


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        """Area in pixels."""
        return self.width * self.height

    @property
    def turned(self) -> Size:
        """The same size on its side."""
        return Size(self.height, self.width)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Placement:
    """The part of the frame that a picture covers: its top left corner and its size, in pixels.

    All are even, because the movie's colour has half the resolution.
    """

    left: int
    top: int
    size: Size


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture: its top left corner and its size, in pixels of the picture."""

    left: int
    top: int
    size: Size


def even(size: Size) -> Size:
    """The largest size inside ``size`` that H.264 with halved colour (yuv420p) can carry; at least 2x2."""
    return Size(max(2, size.width // 2 * 2), max(2, size.height // 2 * 2))


def contain(picture: Size, frame: Size) -> Placement:
    """Fit the whole picture into the even frame, in the middle, enlarged or reduced, its shape kept.

    What remains of the frame is black. Nothing is ever cropped. A picture whose shape is within 1 % of the
    frame's fills it.
    """
    scale = min(frame.width / picture.width, frame.height / picture.height)
    width = _snap(picture.width * scale, frame.width)
    height = _snap(picture.height * scale, frame.height)
    return Placement((frame.width - width) // 4 * 2, (frame.height - height) // 4 * 2, Size(width, height))


def cover(picture: Size, frame: Size, focus: Focus) -> Crop:
    """Return the largest part of the picture that has the frame's shape.

    The focus is in its middle, or as near to it as the picture's edges allow. The part has at least a pixel,
    and its shape is that of the frame to within one.
    """
    wide = picture.width * frame.height > frame.width * picture.height
    width = round(picture.height * frame.width / frame.height) if wide else picture.width
    height = picture.height if wide else round(picture.width * frame.height / frame.width)
    size = Size(max(1, width), max(1, height))
    left = _clamped(round(picture.width * focus.x / 100 - size.width / 2), picture.width - size.width)
    top = _clamped(round(picture.height * focus.y / 100 - size.height / 2), picture.height - size.height)
    return Crop(left, top, size)


def covering(picture: Size, frame: Size) -> Size:
    """Return the least size of the whole picture, its shape kept, that covers the frame."""
    if picture.width * frame.height > frame.width * picture.height:
        return Size(-(-picture.width * frame.height // picture.height), frame.height)
    return Size(frame.width, -(-picture.height * frame.width // picture.width))


def scaled(picture: Size, frame: Size, fit: Fit) -> Size:
    """Return the size to which the whole picture is scaled, before anything is cropped."""
    return covering(picture, frame) if fit.mode == "cover" else contain(picture, frame).size


def _clamped(value: int, most: int) -> int:
    return min(max(0, value), most)


def _snap(length: float, full: int) -> int:
    return full if length > full * (1 - _SAME_SHAPE) else max(2, round(length / 2) * 2)
