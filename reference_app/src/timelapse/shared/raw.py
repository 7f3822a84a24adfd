"""Reads what a camera's sensor saw: DNG, CR2, NEF and others, by LibRaw."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import numpy as np

from timelapse.shared.formats import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rawpy
    from numpy.typing import NDArray

#: LibRaw's numbers of turns as EXIF's.
#: The curve of sRGB, as LibRaw has it: its power, and its slope near black.
_SRGB: Final = (2.4, 12.92)
_ORIENTATIONS: Final = {0: 1, 3: 3, 5: 8, 6: 6}


class RawPicture:
    """A raw picture whose header has been read."""

    def __init__(self, opened: rawpy.RawPy) -> None:
        self._opened = opened
        sizes = opened.sizes
        #: Width and height as stored, pixels.
        self.size = (sizes.width, sizes.height)
        #: How it has to be turned, by EXIF's number.
        self.orientation = _ORIENTATIONS.get(sizes.flip, 1)

    def preview(self) -> bytes | None:
        """Return the JPEG that the camera made of it; None without one."""
        import rawpy  # noqa: PLC0415 - an extra

        try:
            found = self._opened.extract_thumb()
        except rawpy.LibRawError:
            return None
        return (
            found.data if found.format == rawpy.ThumbFormat.JPEG and isinstance(found.data, bytes) else None
        )

    def shows_upright(self, preview: tuple[int, int]) -> bool:
        """Return whether a preview of this size (width, height) has been turned already."""
        return (preview[0] < preview[1]) != (self.size[0] < self.size[1])

    def check(self) -> None:
        """Read all of the sensor's pixels. Raises ValueError when some are missing."""
        with _complaining():
            self._opened.raw_image_visible.max()

    def developed(self, *, half: bool) -> NDArray[np.uint8]:
        """Return sRGB pixels (height, width, 3) as stored, with the camera's white balance.

        Brightness isn't adjusted to the picture, so that pictures that were exposed alike look alike. With
        ``half`` each 2x2 of the sensor's pixels become one, which takes a quarter of the time. Raises
        ValueError.
        """
        with _complaining():
            developed = self._opened.postprocess(
                use_camera_wb=True,
                no_auto_bright=True,
                adjust_maximum_thr=0.0,
                output_bps=8,
                gamma=_SRGB,
                user_flip=0,
                half_size=half,
            )
        return np.asarray(developed, np.uint8)


@contextmanager
def open_raw(data: bytes) -> Iterator[RawPicture]:
    """Read the header of a raw picture.

    Raises:
        MissingExtraError: the extra isn't installed.
        ValueError: it isn't a raw picture that LibRaw knows, or its header is damaged.
    """
    try:
        import rawpy  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("Raw", "raw") from None
    with _complaining():
        opened = rawpy.imread(io.BytesIO(data))
    with opened:
        yield RawPicture(opened)


@contextmanager
def _complaining() -> Iterator[None]:
    """Raise ValueError for what LibRaw complains about."""
    import rawpy  # noqa: PLC0415 - an extra

    try:
        yield
    except rawpy.LibRawError as error:
        text = error.args[0] if error.args else error
        raise ValueError(text.decode(errors="replace") if isinstance(text, bytes) else str(text)) from error
