"""Reads and re-times fragmented MP4: what a segment consists of. Pure: bytes in, bytes out."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragmented:
    """A segment: what a player reads once (``init``), and its frames with their times (``media``)."""

    init: bytes
    media: bytes

    @classmethod
    def split(cls, data: bytes) -> Self:
        """Take a file apart. Raises ValueError when it is no whole fragmented MP4."""
        parts = dict.fromkeys((b"ftyp", b"moov", b"media"), b"")
        for kind, start, end in boxes(data, 0, len(data)):
            if kind in parts:
                parts[kind] += data[start:end]
            elif kind in {b"moof", b"mdat"}:
                parts[b"media"] += data[start:end]
        if not all(parts.values()):
            raise ValueError("It has no header, no index or no frames.")
        return cls(init=parts[b"ftyp"] + parts[b"moov"], media=parts[b"media"])

    def at(self, sequence: int, start: int) -> bytes:
        """Return the frames as number ``sequence`` (from 1) of a movie, beginning at ``start``."""
        media = bytearray(self.media)
        for kind, begin, _ in boxes(self.media, 0, len(self.media)):
            if kind == b"moof":
                self._restamp(media, begin, sequence, start)
        return bytes(media)

    def _restamp(self, media: bytearray, moof: int, sequence: int, start: int) -> None:
        length = struct.unpack_from(">I", media, moof)[0]
        header = _inside(self.media[moof : moof + length], (b"moof", b"mfhd")) + moof
        struct.pack_into(">I", media, header + 4, sequence)
        time = _inside(self.media[moof : moof + length], (b"moof", b"traf", b"tfdt")) + moof
        layout = ">Q" if media[time] else ">I"
        struct.pack_into(layout, media, time + 4, struct.unpack_from(layout, media, time + 4)[0] + start)


def boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, beginning and end of each box. Raises ValueError for one that is cut off."""
    while start < end:
        if start + _HEADER > end:
            raise ValueError(f"A box at {start} is cut off.")
        length, kind = struct.unpack_from(">I4s", data, start)
        if length < _HEADER or start + length > end:
            raise ValueError(f"The box {kind!r} at {start} is {length} bytes long.")
        yield kind, start, start + length
        start += length


def _inside(data: bytes, path: tuple[bytes, ...]) -> int:
    """Return where the content of a nested box begins."""
    start, end = 0, len(data)
    for wanted in path:
        start, end = next(
            ((begin + _HEADER, stop) for kind, begin, stop in boxes(data, start, end) if kind == wanted),
            (-1, -1),
        )
        if start < 0:
            raise ValueError(f"It has no {b'/'.join(path).decode()}.")
    return start
