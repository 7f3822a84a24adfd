"""Makes DNG files: raw pictures of a camera, with or without an embedded preview."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHORT, _LONG, _RATIONAL, _SRATIONAL, _BYTE, _ASCII = 3, 4, 5, 10, 1, 2
_FORMAT = {_SHORT: "H", _LONG: "I", _RATIONAL: "II", _SRATIONAL: "ii", _BYTE: "B", _ASCII: "B"}
#: From XYZ to the colours of a camera whose colours are those of sRGB.
_XYZ_TO_SRGB = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
_CFA, _JPEG_DATA = 32803, 7


def dng(pixels: NDArray[np.uint8], *, preview: bytes = b"", orientation: int = 1) -> bytes:
    """Return linear RGB pixels (even height and width) as a Bayer picture (RGGB), 16 bits uncompressed.

    The preview is a JPEG of the size that it says, stored upright as the raw picture is.
    """
    height, width = pixels.shape[:2]
    bayer = np.empty((height, width), "<u2")
    for channel, (row, column) in ((0, (0, 0)), (1, (0, 1)), (1, (1, 0)), (2, (1, 1))):
        bayer[row::2, column::2] = pixels[row::2, column::2, channel].astype(np.uint16) * 257
    raw = {
        254: (_LONG, [0]),
        256: (_LONG, [width]),
        257: (_LONG, [height]),
        258: (_SHORT, [16]),
        259: (_SHORT, [1]),
        262: (_SHORT, [_CFA]),
        277: (_SHORT, [1]),
        278: (_LONG, [height]),
        279: (_LONG, [bayer.nbytes]),
        33421: (_SHORT, [2, 2]),
        33422: (_BYTE, [0, 1, 1, 2]),
        50714: (_LONG, [0]),
        50717: (_LONG, [65535]),
    }
    camera = {
        271: (_ASCII, list(b"Test\0")),
        272: (_ASCII, list(b"Camera\0")),
        274: (_SHORT, [orientation]),
        50706: (_BYTE, [1, 4, 0, 0]),
        50708: (_ASCII, list(b"Test Camera\0")),
        50721: (_SRATIONAL, [part for value in _XYZ_TO_SRGB for part in (round(value * 10_000), 10_000)]),
        50728: (_RATIONAL, [1, 1, 1, 1, 1, 1]),
        50778: (_SHORT, [21]),
    }
    if not preview:
        return _tiff([raw | camera], [bayer.tobytes()])
    size = struct.unpack(">HH", _start_of_frame(preview))
    shown = {
        254: (_LONG, [1]),
        256: (_LONG, [size[1]]),
        257: (_LONG, [size[0]]),
        258: (_SHORT, [8, 8, 8]),
        259: (_SHORT, [_JPEG_DATA]),
        262: (_SHORT, [6]),
        277: (_SHORT, [3]),
        278: (_LONG, [size[0]]),
        279: (_LONG, [len(preview)]),
    }
    return _tiff([shown | camera, raw], [preview, bayer.tobytes()])


def _start_of_frame(jpeg: bytes) -> bytes:
    at = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[at + 5 : at + 9]


def _tiff(directories: list[dict[int, tuple[int, list[int]]]], contents: list[bytes]) -> bytes:
    """Write the directories, the second one as a child of the first, before their contents."""
    first, *others = directories
    if others:
        first = first | {330: (_LONG, [0])}
    begins, at = [], 8
    for values in (first, *others):
        begins.append(at)
        entries = values | {273: (_LONG, [0])}
        at += 2 + 12 * len(entries) + 4
        at += sum(len(data) for data in map(_packed, entries.values()) if len(data) > 4)
    written = b"II*\0" + struct.pack("<I", 8)
    for number, values in enumerate((first, *others)):
        place = at + sum(map(len, contents[:number]))
        entries = values | {273: (_LONG, [place])}
        if others and number == 0:
            entries[330] = (_LONG, [begins[1]])
        more, table = b"", struct.pack("<H", len(entries))
        beside = begins[number] + 2 + 12 * len(entries) + 4
        for tag, (kind, numbers) in sorted(entries.items()):
            data = _packed((kind, numbers))
            count = len(numbers) // len(_FORMAT[kind])
            if len(data) > 4:
                table += struct.pack("<HHII", tag, kind, count, beside + len(more))
                more += data
            else:
                table += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
        written += table + bytes(4) + more
    return written + b"".join(contents)


def _packed(entry: tuple[int, list[int]]) -> bytes:
    kind, numbers = entry
    return struct.pack(f"<{len(numbers)}{_FORMAT[kind][0]}", *numbers)
