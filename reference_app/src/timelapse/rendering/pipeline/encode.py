"""Encodes frames to a segment: a file of its own that depends on nothing but its frames and the format.

The same frames give the same bytes, because the encoder runs in one thread, no version or date is written,
and times begin at zero. Speed comes from several segments at once.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import av
from av.codec.codec import UnknownCodecError
from av.codec.context import Flags

from timelapse.rendering.codecs import ENCODERS
from timelapse.rendering.pipeline.disk import writing
from timelapse.rendering.pipeline.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from timelapse.rendering.pipeline.plan import MovieFormat

#: Ticks from a frame's packet to its showing at least: two B-frames may lie between, one of them a reference.
DELAY: Final = 2
#: MP4 in one fragment: its index stands before the frames, and its times are relative to the fragment's.
_FRAGMENTED: Final = "frag_custom+empty_moov+default_base_moof"
#: x264's AVX-512 code of the macroblock tree reads memory that nobody wrote: at most widths the same frames
#: gave other bytes whenever that memory had other contents. Without AVX-512 they give the same bytes, in the
#: same time (24 frames of 1920x1080: 0.54 s of a processor with and without).
_WITHOUT_AVX512: Final = "asm=MMX2,SSE2Fast,SSSE3,SSE4.2,AVX,LZCNT,FMA3,BMI2,AVX2"
#: H.264's numbers of BT.709 and of limited range.
_BT709, _LIMITED = 1, 1


def write_segment(
    frames: Iterable[VideoFrame], path: Path, movie: MovieFormat, *, on_frame: Callable[[], None]
) -> int:
    """Encode the frames to a fragmented MP4 at ``path``; return how many there were.

    The packets have the times 0, 1, 2 and so on in ticks of 1/rate; frame n is shown at n + `DELAY`. Without
    a frame no file is written. ``on_frame`` is called after each frame; what it raises propagates, and leaves
    a part of a file.

    Raises:
        EncoderError, DiskFullError, StorageError: the frames can't be encoded, or not be written.
    """
    writer: _Writer | None = None
    count = 0
    try:
        for frame in frames:
            with writing():
                writer = writer or _Writer(path, movie)
                writer.write(frame)
            count += 1
            on_frame()
        if writer is not None:
            with writing():
                writer.finish()
    finally:
        if writer is not None:
            writer.close()
    return count


class _Writer:
    """An encoder, and the file that it writes."""

    def __init__(self, path: Path, movie: MovieFormat) -> None:
        self._tick = 1 / movie.rate
        self._frames = self._packets = 0
        # Through Python's file, whose errors arrive, while ffmpeg keeps those of its last bytes to itself.
        self._file: BinaryIO = path.open("wb")
        options = {
            "movflags": _FRAGMENTED,
            "fflags": "+bitexact",
            "video_track_timescale": str(movie.timescale),
        }
        self._container = av.open(self._file, "w", format="mp4", options=options)
        try:
            self._stream = _stream(self._container, movie)
        except EncoderError:
            self.close()
            raise

    def write(self, frame: VideoFrame | None) -> None:
        """Encode a frame, or with None those that the encoder still keeps."""
        if frame is not None:
            frame.pts, frame.time_base = self._frames, self._tick
            self._frames += 1
        for packet in self._stream.encode(frame):
            if packet.pts is None or packet.pts + DELAY < self._packets:
                raise EncoderError(f"The encoder gave packet {self._packets} the time {packet.pts}.")
            packet.pts, packet.dts = packet.pts + DELAY, self._packets
            self._packets += 1
            self._container.mux(packet)

    def finish(self) -> None:
        """Write what is left, and close the file."""
        self.write(None)
        self._container.close()
        self._file.close()

    def close(self) -> None:
        """Close what is open, without an error: the file is whole already, or given up."""
        with suppress(OSError, av.FFmpegError):
            self._container.close()
        with suppress(OSError):
            self._file.close()


@cache
def _has_avx512() -> bool:
    """Return whether this processor has AVX-512, as far as its system tells: only Linux is asked."""
    try:
        return "avx512" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def _of_x264() -> dict[str, str]:
    params = f"open-gop=0:{_WITHOUT_AVX512}" if _has_avx512() else "open-gop=0"
    return {"profile": "high", "x264-params": params}


def _of_svt_av1() -> dict[str, str]:
    os.environ.setdefault("SVT_LOG", "1")  # errors only: it greets each segment otherwise
    return {"svtav1-params": "lp=1"}


def _stream(container: OutputContainer, movie: MovieFormat) -> VideoStream:
    encoder = ENCODERS[movie.codec].name
    particular = _of_svt_av1() if movie.codec == "av1" else _of_x264()
    options = {"preset": movie.preset, "crf": str(movie.crf), **particular}
    try:
        stream = cast("VideoStream", container.add_stream(encoder, rate=movie.rate, options=options))
    except UnknownCodecError as error:
        raise EncoderError(f"This machine's PyAV has no encoder {encoder}.") from error
    stream.time_base = 1 / movie.rate
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = movie.size.width, movie.size.height, "yuv420p"
    context.time_base = 1 / movie.rate
    context.gop_size = movie.keyframe_every
    context.thread_count = 1
    context.flags |= Flags.bitexact
    context.color_range, context.colorspace = _LIMITED, _BT709
    context.color_primaries = context.color_trc = _BT709
    return stream
