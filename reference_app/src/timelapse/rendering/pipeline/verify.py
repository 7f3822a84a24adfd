"""Verifies the finished file before it is published."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imageio_ffmpeg import get_ffmpeg_exe

from timelapse.rendering.pipeline.errors import BadMovieError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.mp4 import read_mp4

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

_VIDEO_STREAM = re.compile(r"Stream #0:0.*?: Video: (\w+).*?, (\w+)\(.*?, (\d+)x(\d+)")
_QUIETLY = ("-hide_banner", "-nostdin", "-nostats", "-xerror")
_DECODE_AND_COUNT = ("-map", "0:v:0", "-fps_mode", "passthrough", "-f", "null", "-progress", "pipe:1", "-")
_DECODED = re.compile(r"^frame=(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieInfo:
    """Properties of a movie file, measured by decoding it."""

    frame_count: int
    duration_s: float
    rate: Fraction | None
    size: Size
    codec: str
    pixel_format: str
    starts_fast: bool
    bytes: int


def inspect(path: Path) -> MovieInfo:
    """Decode the whole movie at ``path`` once. Raises BadMovieError when it can't be read to its end."""
    try:
        index = read_mp4(path)
    except (OSError, ValueError) as error:
        raise BadMovieError(f"The movie that ffmpeg wrote can't be read: {error}") from error
    run = subprocess.run(  # noqa: S603  # our own ffmpeg on our own file
        [get_ffmpeg_exe(), *_QUIETLY, "-i", str(path), *_DECODE_AND_COUNT],
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
    )
    stream = _VIDEO_STREAM.search(run.stderr)
    counts = _DECODED.findall(run.stdout)
    if run.returncode != 0 or stream is None or not counts:
        raise BadMovieError(f"The movie that ffmpeg wrote doesn't play: {_last_line(run.stderr)}")
    codec, pixel_format, width, height = stream.groups()
    return MovieInfo(
        frame_count=int(counts[-1]),
        duration_s=index.duration_s,
        rate=index.rate,
        size=Size(int(width), int(height)),
        codec=codec,
        pixel_format=pixel_format,
        starts_fast=index.moov_first,
        bytes=path.stat().st_size,
    )


def verify(info: MovieInfo, *, frame_count: int, rate: Fraction, size: Size) -> None:
    """Raise BadMovieError, naming every difference, unless the file matches the request."""
    expected = {
        "frames": (info.frame_count, frame_count),
        "frames per second": (info.rate, rate if frame_count > 1 else info.rate),
        "size": (info.size, size),
        "codec": (info.codec, "h264"),
        "pixel format": (info.pixel_format, "yuv420p"),
        "index before the pictures": (info.starts_fast, True),
    }
    wrong = [f"{what} is {found}, not {want}" for what, (found, want) in expected.items() if found != want]
    if abs(info.duration_s - frame_count / rate) > 0.5 / rate:
        wrong.append(f"duration is {info.duration_s} s, not {float(frame_count / rate)} s")
    if wrong:
        raise BadMovieError(f"The movie that ffmpeg wrote isn't the requested one: {'; '.join(wrong)}.")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "ffmpeg printed nothing"
