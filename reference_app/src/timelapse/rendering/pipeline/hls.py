"""A movie as HTTP Live Streaming, from the segments that are finished. Pure.

The store keeps segments whose times begin at zero, so that they fit anywhere. Each is given its place in the
movie when a player asks for it; nothing is kept twice.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from timelapse.rendering.pipeline.cut import LONGEST_SEGMENT
from timelapse.rendering.pipeline.fragments import Fragmented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from timelapse.rendering.pipeline.plan import MovieFormat

#: What a player reads first, and the names of the pieces that follow, from 0.
INIT: Final = "init.mp4"
PIECE: Final = "{number}.m4s"


def playlist(frames: Sequence[int], movie: MovieFormat, *, base: str = "", ended: bool) -> str:
    """Return the playlist of segments of so many frames.

    Args:
        frames: the frames of each finished segment, in playing order.
        movie: how they are encoded.
        base: what stands before the names of init and pieces.
        ended: whether no more will come. A playlist without an end makes players ask for minutes.
    """
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(LONGEST_SEGMENT / movie.rate)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{base}{INIT}"',
    ]
    for number, count in enumerate(frames):
        lines += [f"#EXTINF:{float(count / movie.rate):.6f},", base + PIECE.format(number=number)]
    return "\n".join([*lines, *["#EXT-X-ENDLIST"] * ended, ""])


def init(segment: bytes) -> bytes:
    """Return what a player reads first; it is the same of each segment. Raises ValueError."""
    return Fragmented.split(segment).init


def piece(segment: bytes, number: int, frames_before: int, movie: MovieFormat) -> bytes:
    """Return a segment as piece ``number`` (from 0) of a movie, after so many frames. Raises ValueError."""
    start = int(frames_before / movie.rate * movie.timescale)
    return Fragmented.split(segment).at(number + 1, start)
