"""Checks what was written before anybody sees it.

A segment is checked when it is encoded: the time of every packet, and all keyframes by decoding them. The
packets of a movie are those of its segments, so that their times, order and number remain to be checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

import av

from timelapse.rendering.pipeline.encode import DELAY
from timelapse.rendering.pipeline.errors import BadMovieError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.mp4 import read_mp4

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from timelapse.rendering.pipeline.plan import MovieFormat

_BT709_LIMITED: Final = (1, 1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieInfo:
    """Properties of a movie file, read from its index and its packets."""

    frame_count: int
    duration_s: float
    rate: Fraction | None
    size: Size
    codec: str
    pixel_format: str
    starts_fast: bool
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packets:
    """A video stream without its pixels: when each packet is due and shown, in units of so many seconds."""

    codec: str
    size: Size
    pixel_format: str
    colours: tuple[int, int, int, int]
    unit: Fraction
    due: tuple[int, ...]
    shown: tuple[int, ...]
    keyframes: tuple[int, ...]


def check_segment(path: Path, frames: int, movie: MovieFormat) -> None:
    """Raise BadMovieError unless the segment has these frames, each at its time, and its keyframes decode."""
    found = _read(path, decode_keyframes=True)
    _compare(
        "A part of the movie isn't as requested",
        {
            "size": (found.size, movie.size),
            "codec": (found.codec, movie.codec),
            "pixel format": (found.pixel_format, "yuv420p"),
            "colours": (found.colours, _BT709_LIMITED),
            "times": (_in_ticks(found.shown, found, movie), list(range(DELAY, frames + DELAY))),
            "order": (_in_ticks(found.due, found, movie), list(range(frames))),
            "first keyframe": (found.keyframes[:1], (0,)),
        },
    )


def inspect(path: Path) -> MovieInfo:
    """Read a movie's index and packets. Raises BadMovieError when it can't be read to its end."""
    return _info(path, _read(path))


def check_movie(
    path: Path,
    segments: Sequence[int],
    movie: MovieFormat,
    *,
    on_packet: Callable[[], None] = lambda: None,
) -> MovieInfo:
    """Check a movie that was joined from segments of so many frames; return its properties.

    ``on_packet`` is called for each packet that is read; what it raises propagates.

    Raises:
        BadMovieError: it isn't the requested one; every difference is named.
    """
    packets = _read(path, on_packet=on_packet)
    info = _info(path, packets)
    frames = sum(segments)
    begins = (0, *accumulate(segments))[:-1]
    _compare(
        "The movie that was written isn't the requested one",
        {
            "frames": (info.frame_count, frames),
            "frames per second": (info.rate, movie.rate if frames > 1 else info.rate),
            "duration": (info.duration_s, float(frames / movie.rate)),
            "size": (info.size, movie.size),
            "codec": (info.codec, movie.codec),
            "pixel format": (info.pixel_format, "yuv420p"),
            "index before the pictures": (info.starts_fast, True),
            "times": (_in_ticks(packets.shown, packets, movie), list(range(frames))),
            "order": (all(one < next_one for one, next_one in pairwise(packets.due)), True),
            "joins": (set(begins) <= set(packets.keyframes), True),
        },
    )
    return info


def check_sound_of(path: Path, frames: int, movie: MovieFormat) -> None:
    """Raise BadMovieError unless a movie of so many frames has sound that is as long, within one frame."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            length_s = float((stream.duration or 0) * (stream.time_base or 0))
    except (av.FFmpegError, IndexError) as error:
        raise BadMovieError(f"The sound that was written can't be read: {error}") from error
    if abs(length_s - frames / movie.rate) > 1 / movie.rate:
        raise BadMovieError(
            f"The sound that was written lasts {length_s:.3f} s, not {float(frames / movie.rate):.3f} s."
        )


def _info(path: Path, packets: _Packets) -> MovieInfo:
    try:
        index = read_mp4(path)
    except (OSError, ValueError) as error:
        raise BadMovieError(f"The movie that was written can't be read: {error}") from error
    if len(packets.shown) != index.samples:
        raise BadMovieError(f"The movie that was written has {len(packets.shown)} of {index.samples} frames.")
    return MovieInfo(
        frame_count=index.samples,
        duration_s=index.duration_s,
        rate=index.rate,
        size=packets.size,
        codec=packets.codec,
        pixel_format=packets.pixel_format,
        starts_fast=index.moov_first,
        bytes=path.stat().st_size,
    )


def _read(
    path: Path, *, decode_keyframes: bool = False, on_packet: Callable[[], None] = lambda: None
) -> _Packets:
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            if decode_keyframes:
                context.thread_count = 1
                context.options = {"err_detect": "explode"}  # instead of hiding what is damaged
            due: list[int] = []
            shown: list[int] = []
            keyframes: list[int] = []
            decoded = 0
            for packet in container.demux(stream):  # none is kept: a movie may be larger than the memory
                on_packet()
                if not packet.size:
                    continue
                if packet.is_keyframe:
                    keyframes.append(len(due))
                    decoded += len(context.decode(packet)) if decode_keyframes else 0
                due.append(packet.dts or 0)
                shown.append(packet.pts or 0)
            if decode_keyframes:
                decoded += len(context.decode(None))
                if decoded != len(keyframes):
                    raise BadMovieError(f"{decoded} of {len(keyframes)} keyframes can be decoded.")
            return _Packets(
                codec=context.codec.canonical_name,
                size=Size(context.width, context.height),
                pixel_format=context.pix_fmt or "",
                colours=(
                    int(context.color_range),
                    int(context.colorspace),
                    int(context.color_primaries),
                    int(context.color_trc),
                ),
                unit=Fraction(stream.time_base or 0),
                due=tuple(due),
                shown=tuple(shown),
                keyframes=tuple(keyframes),
            )
    except (av.FFmpegError, OSError, IndexError) as error:
        raise BadMovieError(f"What was written can't be read: {error}") from error


def _in_ticks(times: Sequence[int], packets: _Packets, movie: MovieFormat) -> list[Fraction]:
    ticks = packets.unit * movie.rate
    return [time * ticks for time in sorted(times)]


def _compare(what: str, expected: dict[str, tuple[object, object]]) -> None:
    wrong = [
        f"{name} is {_short(found)}, not {_short(want)}"
        for name, (found, want) in expected.items()
        if found != want
    ]
    if wrong:
        raise BadMovieError(f"{what}: {'; '.join(wrong)}.")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 80 else f"{text[:80]}…"
