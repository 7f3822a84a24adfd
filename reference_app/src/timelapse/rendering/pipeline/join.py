"""Joins segments to one movie without encoding: their packets are copied with other times."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
from PIL import Image

from timelapse.rendering.pipeline.disk import writing
from timelapse.rendering.pipeline.encode import DELAY
from timelapse.rendering.pipeline.errors import BadMovieError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from timelapse.rendering.pipeline.plan import MovieFormat

_POSTER_QUALITY: Final = 85
#: Bytes of an index at most: of each frame (its size, time, place and whether it is a keyframe), and beside.
_INDEX_OF_FRAME: Final = 36
_INDEX_BESIDE: Final = 4096


class DamagedSegmentError(BadMovieError):
    """The file of a segment that was encoded earlier is damaged."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


def join(
    segments: Sequence[tuple[Path, int]],
    path: Path,
    movie: MovieFormat,
    *,
    on_packet: Callable[[], None] = lambda: None,
) -> None:
    """Write an MP4 of the segments (file and frames) with its index first. Frame n is shown at n/rate.

    The index has its room from the beginning, so that no byte is written twice and nothing long happens
    between two packets. ``on_packet`` is called for each; what it raises propagates, and leaves a part of a
    file.

    Raises:
        DamagedSegmentError: a segment doesn't have its frames.
        DiskFullError, StorageError, EncoderError: the movie can't be written.
    """
    frames_of_all = sum(frames for _, frames in segments)
    options = {
        "moov_size": str(_INDEX_BESIDE + _INDEX_OF_FRAME * frames_of_all),
        "fflags": "+bitexact",
        "movie_timescale": str(movie.timescale),
        "video_track_timescale": str(movie.timescale),
    }
    with writing(), av.open(str(path), "w", format="mp4", options=options) as target:
        stream: VideoStream | None = None
        start = 0
        for segment, frames in segments:
            stream = _copy(
                segment, frames, target, stream, start=start, tick=1 / movie.rate, on_packet=on_packet
            )
            start += frames


def _copy(
    path: Path,
    frames: int,
    target: OutputContainer,
    stream: VideoStream | None,
    *,
    start: int,
    tick: Fraction,
    on_packet: Callable[[], None],
) -> VideoStream:
    try:
        with av.open(str(path)) as source:
            template = source.streams.video[0]
            packets = [packet for packet in source.demux(template) if packet.size]
            if len(packets) != frames:
                raise DamagedSegmentError(path, f"{path.name} has {len(packets)} of {frames} frames.")
            if stream is None:
                stream = target.add_stream_from_template(template, opaque=True)
                stream.time_base = tick
            for number, packet in enumerate(packets, start):
                shown = Fraction((packet.pts or 0) * packet.time_base / tick)
                packet.pts, packet.dts, packet.duration = start + int(shown) - DELAY, number - DELAY, 1
                packet.time_base, packet.stream = tick, stream
                target.mux(packet)
                on_packet()
            return stream
    except (av.InvalidDataError, IndexError) as error:
        raise DamagedSegmentError(path, f"{path.name} can't be read: {error}") from error


def save_poster(movie: Path, poster: Path) -> None:
    """Save the keyframe before the movie's middle as a JPEG.

    Raises:
        BadMovieError: the movie can't be read.
        DiskFullError, StorageError: the poster can't be written.
    """
    try:
        with av.open(str(movie)) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            container.seek((stream.duration or 0) // 2, stream=stream)
            frame = next(container.decode(stream))
    except (av.FFmpegError, StopIteration) as error:
        raise BadMovieError(f"The movie that was written can't be decoded: {error}") from error
    with writing():
        Image.fromarray(frame.to_ndarray(format="rgb24")).save(
            poster, "JPEG", quality=_POSTER_QUALITY, optimize=True
        )
