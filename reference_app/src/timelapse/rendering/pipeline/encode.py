"""Writes a moviepy clip by moviepy's ffmpeg writer, and checks ffmpeg's exit status."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from moviepy.video.io.ffmpeg_writer import FFMPEG_VideoWriter

from timelapse.rendering.pipeline.errors import DiskFullError, EncoderError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from fractions import Fraction
    from pathlib import Path

    from moviepy import VideoClip

    from timelapse.rendering.pipeline.geometry import Size

# Measured on real footage: every frame of the movie keeps SSIM >= 0.95 to its source, at twice the speed of
# "medium" for a file a little larger.
_PRESET = "veryfast"
_CRF = "18"
_KEYFRAME_EVERY_S = 2
_SCALER = "lanczos+accurate_rnd+full_chroma_int"
_DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded")


def encode(
    clip: VideoClip, path: Path, rate: Fraction, *, size: Size, on_frame: Callable[[int], None]
) -> int:
    """Write every frame of the clip to ``path`` as H.264 of this size and return how many there were.

    ``on_frame`` is called after each frame with the number written so far. An exception that it raises kills
    ffmpeg at once and propagates. moviepy's own ``write_videofile`` neither checks ffmpeg's exit status nor
    can be stopped early, so this drives its writer directly.
    Raises EncoderError, DiskFullError.
    """
    written = 0
    with _writer(clip, path, rate, size) as writer:
        for frame in clip.iter_frames(fps=float(rate), dtype="uint8"):
            try:
                writer.write_frame(frame)
            except OSError as error:  # ffmpeg ended; moviepy puts its output into the error
                raise _failure(writer.proc, str(error)) from error
            written += 1
            on_frame(written)
        if not written:
            return 0
        writer.proc.stdin.close()
        said = writer.proc.stderr.read().decode(errors="replace")
        if writer.proc.wait() != 0:
            raise _failure(writer.proc, said)
    return written


def ffmpeg_arguments(rate: Fraction, size: Size) -> list[str]:
    """Return ffmpeg's output arguments beyond codec and preset.

    Frame times come from the frame number, because moviepy rounds the rate to two decimals. Colour is
    converted to BT.709 and tagged, because players assume BT.709 for untagged HD and moviepy leaves BT.601
    untagged.
    """
    return [
        *("-vf", ",".join(_filters(rate, size))),
        *("-crf", _CRF),
        *("-g", str(max(1, round(rate * _KEYFRAME_EVERY_S)))),
        *("-profile:v", "high"),
        *("-movflags", "+faststart"),
        *("-f", "mp4"),
    ]


def _filters(rate: Fraction, size: Size) -> tuple[str, ...]:
    return (
        f"settb={rate.denominator}/{rate.numerator}",
        "setpts=N",
        f"fps={rate.numerator}/{rate.denominator}",
        f"scale={size.width}:{size.height}:out_color_matrix=bt709:out_range=tv:flags={_SCALER}",
        "format=yuv420p",
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
        "setsar=1",
    )


@contextmanager
def _writer(clip: VideoClip, path: Path, rate: Fraction, size: Size) -> Iterator[FFMPEG_VideoWriter]:
    writer = FFMPEG_VideoWriter(
        str(path),
        clip.size,
        float(rate),
        codec="libx264",
        preset=_PRESET,
        ffmpeg_params=ffmpeg_arguments(rate, size),
    )
    process = writer.proc
    try:
        yield writer
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stderr):
            _close(stream)
        writer.proc = None  # closed above: moviepy would wait for the rest of the movie


def _close(stream: IO[bytes]) -> None:
    with suppress(OSError):  # frames still buffered for an ffmpeg that is gone
        stream.close()


def _failure(process: subprocess.Popen[bytes], said: str) -> EncoderError:
    status = process.poll()
    if status == -signal.SIGXFSZ or any(words in said for words in _DISK_FULL):
        return DiskFullError("The disk for movies is full, or the movie is larger than a file may be.")
    if status is not None and status < 0:
        return EncoderError(
            f"ffmpeg was killed by {signal.Signals(-status).name} before the movie was whole."
        )
    last = said.strip().splitlines()[-1] if said.strip() else "it said nothing"
    return EncoderError(f"ffmpeg failed with status {status}: {last}")
