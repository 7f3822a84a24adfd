"""Reads the boxes of an MP4 file that playing in a browser depends on."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CONTAINERS = frozenset({b"trak", b"mdia", b"minf", b"stbl"})
_INDEX_LIMIT = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mp4:
    """The first track of an MP4 file. ``rate`` is None when its frames aren't evenly spaced."""

    moov_first: bool
    samples: int
    duration_s: float
    rate: Fraction | None


def read_mp4(path: Path) -> Mp4:
    """Read the index of the file at ``path``; ValueError when it has none."""
    with path.open("rb") as file:
        order = dict(_top_level(file))
        if b"moov" not in order or b"mdat" not in order:
            raise ValueError(f"{path.name} has no {'index' if b'moov' not in order else 'pictures'}.")
        start, end = order[b"moov"]
        if end - start > _INDEX_LIMIT:
            raise ValueError(f"{path.name} has an index of {end - start} bytes.")
        file.seek(start)
        moov = file.read(end - start)
    boxes: dict[bytes, bytes] = {}
    for kind, content in _inner(moov, 0, len(moov)):
        boxes.setdefault(kind, content)  # the first track has the pictures, one behind it the sound
    missing = {b"mdhd", b"stts", b"stsz"} - boxes.keys()
    if missing:
        raise ValueError(f"{path.name} has an index without {b', '.join(sorted(missing)).decode()}.")
    timescale = _timescale(boxes[b"mdhd"])
    steps = list(_steps(boxes[b"stts"]))
    return Mp4(
        moov_first=start < order[b"mdat"][0],
        samples=int(struct.unpack_from(">I", boxes[b"stsz"], 8)[0]),
        duration_s=sum(count * length for count, length in steps) / timescale,
        rate=Fraction(timescale, steps[0][1]) if len(steps) == 1 and steps[0][1] else None,
    )


def _top_level(file: BinaryIO) -> Iterator[tuple[bytes, tuple[int, int]]]:
    position = 0
    total = file.seek(0, 2)
    while position + 8 <= total:
        file.seek(position)
        length, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            length, header = struct.unpack(">Q", file.read(8))[0], 16
        end = total if length == 0 else position + length
        if length and length < header:
            raise ValueError(f"The box {kind!r} at {position} is {length} bytes long.")
        yield kind, (position + header, min(end, total))
        position = end


def _inner(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    position = start
    while position + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, position)
        if length < 8:
            raise ValueError(f"The box {kind!r} in the index is {length} bytes long.")
        if kind in _CONTAINERS:
            yield from _inner(data, position + 8, position + length)
        else:
            yield kind, data[position + 8 : position + length]
        position += length


def _timescale(mdhd: bytes) -> int:
    return int(struct.unpack_from(">I", mdhd, 12 if mdhd[0] == 0 else 20)[0])


def _steps(stts: bytes) -> Iterator[tuple[int, int]]:
    """Yield how many frames last how many units of time each."""
    for number in range(struct.unpack_from(">I", stts, 4)[0]):
        yield struct.unpack_from(">II", stts, 8 + 8 * number)
