"""The frames of a video as JPEG pictures, decoded by ffmpeg."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from typing import IO, TYPE_CHECKING

from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Containers of one video; not playlists, nor plain text (which ffmpeg would draw!).
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,ogg,gif,"
    "h264,hevc,mxf,dv,ivf,yuv4mpegpipe"
)
BLOCK = 1 << 18
SOI, EOI, SOS = 0xD8, 0xD9, 0xDA


def ffmpeg() -> str:
    """Return the path of ffmpeg: from PATH, else from the imageio-ffmpeg wheel."""
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - an extra, needed for videos alone
    except ImportError:
        raise BadInput(
            "A video needs ffmpeg, which is not installed.", "Install it: pip install 'camera-agent[replay]'."
        ) from None
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _input(path: Path) -> list[str]:
    return [
        *(ffmpeg(), "-nostdin", "-hide_banner", "-protocol_whitelist", "file,pipe"),
        *("-format_whitelist", CONTAINERS, "-i", f"file:{path}", "-map", "0:v:0"),
    ]


def count_frames(path: Path) -> int:
    """Count a video's frames by its packets, without decoding. BadInput when it is no video."""
    command = [*_input(path), "-c", "copy", "-f", "null", "-progress", "-", "-nostats", "-"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    frames = re.findall(r"^frame=\s*(\d+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not frames or int(frames[-1]) == 0:
        raise BadInput(
            f"{path} is neither a folder nor a picture nor a video.",
            f"ffmpeg says: {_last_line(done.stderr)}",
        )
    return int(frames[-1])


class Video:
    """Decodes a video while its frames are read. They are nearly lossless JPEGs (quality 2, 4:2:0)."""

    def __init__(self, path: Path) -> None:
        # A file, not a pipe: it is not read while the frames flow.
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = subprocess.Popen(  # noqa: S603 - our own ffmpeg, the path as one argument
            [
                *_input(path),
                *("-loglevel", "error", "-fps_mode", "passthrough", "-pix_fmt", "yuvj420p"),
                *("-c:v", "mjpeg", "-q:v", "2", "-f", "image2pipe", "-"),
            ],
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def frames(self) -> Iterator[bytes]:
        """Yield each frame's JPEG. DriverError when ffmpeg fails."""
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it was asked for
        yield from split_jpegs(self._process.stdout)
        if self._process.wait() != 0:
            self._errors.seek(0)
            message = _last_line(self._errors.read().decode(errors="replace"))
            raise DriverError(f"ffmpeg could not read the video to its end: {message}")

    def close(self) -> None:
        """End ffmpeg."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()


def split_jpegs(stream: IO[bytes]) -> Iterator[bytes]:
    """Split a stream of JPEGs into pictures by their segments."""
    buffer = b""
    while block := os.read(stream.fileno(), BLOCK):
        buffer += block
        while (end := jpeg_end(buffer)) is not None:
            yield buffer[:end]
            buffer = buffer[end:]


def jpeg_end(data: bytes) -> int | None:
    """Return the length of the JPEG at the start of `data`; None when it is incomplete.

    Segments are skipped by their length, for their content may hold an end marker by chance; in the scan
    itself a 0xFF byte is always stuffed, so that the end marker is unmistakable.
    """
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        at += 2 + length
        if marker == SOS:
            end = data.find(bytes((0xFF, EOI)), at)
            return None if end < 0 else end + 2
    return None


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"
