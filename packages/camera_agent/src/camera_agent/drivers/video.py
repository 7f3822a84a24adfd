"""The frames of a video as JPEG pictures, decoded by ffmpeg."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
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
#: ffmpeg's names of the curves of PQ and of HLG, as it describes a stream.
_HDR = re.compile(r"smpte2084|arib-std-b67")
_TONE_MAP = (
    "zscale=transfer=linear:npl=100,format=gbrpf32le,zscale=primaries=bt709,tonemap=mobius:desat=0,"
    "zscale=transfer=bt709:matrix=bt709:range=full,format=yuv420p"
)
_SHOW_TIMES = "showinfo=checksum=0"
_TIME_BASE = re.compile(rb"Parsed_showinfo.* config in time_base: (\d+)/(\d+)")
_TIME = re.compile(rb"Parsed_showinfo.* n: *\d+ pts: *(NOPTS|-?\d+)")
_LABELS = re.compile(r"^(?:\[[^\]]*\] )+")
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
        # V: not a cover, which is a video of one picture to ffmpeg.
        *("-format_whitelist", CONTAINERS, "-i", f"file:{path}", "-map", "0:V:0"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """What is known of a video before it is decoded."""

    #: Frames, by its packets.
    frames: int
    #: Whether its light goes beyond the white of other videos: PQ or HLG.
    hdr: bool


def look_into(path: Path) -> VideoInfo:
    """Read a video's packets, without decoding. BadInput when it is no video."""
    command = [*_input(path), "-c", "copy", "-f", "null", "-progress", "-", "-nostats", "-"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    frames = re.findall(r"^frame=\s*(\d+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not frames or int(frames[-1]) == 0:
        raise BadInput(
            f"{path} is neither a folder nor a picture nor a video.",
            f"ffmpeg says: {_last_line(done.stderr)}",
        )
    described = re.search(r"^ *Stream #0:\d.* Video: .*$", _without_covers(done.stderr), re.MULTILINE)
    return VideoInfo(frames=int(frames[-1]), hdr=described is not None and bool(_HDR.search(described[0])))


def can_tone_map() -> bool:
    """Return whether ffmpeg has what turns HDR into the light of other videos."""
    done = subprocess.run([ffmpeg(), "-hide_banner", "-filters"], capture_output=True, text=True, check=False)  # noqa: S603
    return " zscale " in done.stdout and " tonemap " in done.stdout


def _without_covers(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "(attached pic)" not in line)


class Video:
    """Decodes a video while its frames are read. They are nearly lossless JPEGs (quality 2, 4:2:0).

    With ``tone_map`` HDR is brought into the light of other videos: 100 cd/m2 become a bright white, and what
    is brighter is compressed.
    """

    def __init__(self, path: Path, *, tone_map: bool = False) -> None:
        filters = f"{_TONE_MAP},{_SHOW_TIMES}" if tone_map else _SHOW_TIMES
        # A file, not a pipe: it is not read while the frames flow.
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = subprocess.Popen(  # noqa: S603 - our own ffmpeg, the path as one argument
            [
                *_input(path),
                *("-loglevel", "level+info", "-nostats", "-vf", filters),
                *("-fps_mode", "passthrough", "-pix_fmt", "yuvj420p"),
                *("-c:v", "mjpeg", "-q:v", "2", "-f", "image2pipe", "-"),
            ],
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def frames(self) -> Iterator[tuple[bytes, float | None]]:
        """Yield each frame's JPEG and its time in the video, seconds; None if it has none.

        Raises:
            DriverError: ffmpeg failed.
        """
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it was asked for
        times = self._times()
        for picture in split_jpegs(self._process.stdout):
            yield picture, next(times, None)
        if self._process.wait() != 0:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").splitlines()
            complaints = [line for line in lines if "[error]" in line or "[fatal]" in line]
            message = _LABELS.sub("", _last_line("\n".join(complaints)))
            raise DriverError(f"ffmpeg could not read the video to its end: {message}")

    def _times(self) -> Iterator[float | None]:
        """Yield the time of each frame from what ffmpeg says of it before it is encoded."""
        # Of its own position: ffmpeg goes on writing at the end.
        descriptor, at, rest, unit_s = self._errors.fileno(), 0, b"", 0.0
        while block := os.pread(descriptor, BLOCK, at):
            at += len(block)
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                if base := _TIME_BASE.search(line):
                    unit_s = int(base[1]) / int(base[2])
                if found := _TIME.search(line):
                    yield None if found[1] == b"NOPTS" else int(found[1]) * unit_s

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
