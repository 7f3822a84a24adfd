"""Joins segments to one movie without encoding: their packets are copied with other times.

Its sound is encoded meanwhile: it is fitted to the whole movie, and no segment depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
from PIL import Image

from timelapse.rendering.pipeline.disk import writing
from timelapse.rendering.pipeline.encode import DELAY
from timelapse.rendering.pipeline.errors import BadMovieError
from timelapse.rendering.pipeline.sound import SAMPLE_RATE, SoundWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction
    from pathlib import Path

    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from timelapse.rendering.pipeline.plan import MovieFormat
    from timelapse.rendering.pipeline.sound import Soundtrack

_POSTER_QUALITY: Final = 85
#: Bytes of an index at most: of each frame (its size, time, place and whether it is a keyframe), and beside.
_INDEX_OF_FRAME: Final = 36
_INDEX_BESIDE: Final = 4096
#: Without a decoder a file opens in a tenth of the time: ffmpeg decodes the first frames of each otherwise.
_NOTHING_DECODED: Final = {"codec_whitelist": "none"}
#: A packet of sound has so many samples. Between two frames there may be one, so that each has a place.
_SAMPLES_OF_PACKET: Final = 1024


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
    sound: Soundtrack | None = None,
    on_packet: Callable[[], None] = lambda: None,
) -> None:
    """Write an MP4 of the segments (file and frames) with its index first. Frame n is shown at n/rate.

    The sound is as long as the frames are shown.

    The index has its room from the beginning, so that no byte is written twice and nothing long happens
    between two packets. ``on_packet`` is called for each; what it raises propagates, and leaves a part of a
    file.

    Raises:
        DamagedSegmentError: a segment doesn't have its frames.
        NoSoundError: the file of the sound can't be used any more.
        DiskFullError, StorageError, EncoderError: the movie can't be written.
    """
    frames_of_all = sum(frames for _, frames in segments)
    length = frames_of_all / movie.rate
    packets = frames_of_all + (0 if sound is None else int(length * SAMPLE_RATE / _SAMPLES_OF_PACKET) + 3)
    options = {
        "moov_size": str(_INDEX_BESIDE + _INDEX_OF_FRAME * packets),
        "fflags": "+bitexact",
        "movie_timescale": str(movie.timescale),
        "video_track_timescale": str(movie.timescale),
    }
    with writing(), av.open(str(path), "w", format="mp4", options=options) as target:
        joining = _Joining(target, movie.rate, sound, length)
        for segment, frames in segments:
            joining.add(segment, frames, on_packet)
        joining.finish()


class _Joining:
    """A movie whose packets are being written: those of the pictures are copied, the sound goes along."""

    def __init__(
        self, target: OutputContainer, rate: Fraction, sound: Soundtrack | None, length: Fraction
    ) -> None:
        self._target, self._tick = target, 1 / rate
        self._sound, self._length = sound, length
        self._stream: VideoStream | None = None
        self._writer: SoundWriter | None = None
        self._start = 0

    def add(self, path: Path, frames: int, on_packet: Callable[[], None]) -> None:
        """Copy the packets of a segment."""
        packets, stream = self._packets(path, frames)
        ticks = packets[0].time_base / self._tick
        for number, packet in enumerate(packets, self._start):
            packet.pts, packet.dts = self._start + int((packet.pts or 0) * ticks) - DELAY, number - DELAY
            packet.duration, packet.time_base, packet.stream = 1, self._tick, stream
            self._target.mux(packet)
            if self._writer is not None:
                self._writer.write_until(number * self._tick)
            on_packet()
        self._start += frames

    def finish(self) -> None:
        """Write the rest of the sound."""
        if self._writer is not None:
            self._writer.write_until(None)

    def _packets(self, path: Path, frames: int) -> tuple[list[Packet[VideoStream]], VideoStream]:
        try:
            with av.open(str(path), options=_NOTHING_DECODED) as source:
                template = source.streams.video[0]
                packets = [packet for packet in source.demux(template) if packet.size]
                if len(packets) != frames:
                    raise DamagedSegmentError(path, f"{path.name} has {len(packets)} of {frames} frames.")
                self._stream = self._stream or self._begin(template)
                return packets, self._stream
        except (av.InvalidDataError, IndexError) as error:
            raise DamagedSegmentError(path, f"{path.name} can't be read: {error}") from error

    def _begin(self, template: VideoStream) -> VideoStream:
        stream = self._target.add_stream_from_template(template, opaque=True)
        stream.time_base = self._tick
        if self._sound is not None:
            self._writer = SoundWriter(self._target, self._sound, self._length)
        return stream


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
