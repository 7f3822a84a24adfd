from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.errors import DiskFullError, StorageError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat
from timelapse.rendering.pipeline.scale import to_frame
from timelapse.rendering.pipeline.verify import check_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.video.frame import VideoFrame

NOISY = MovieFormat(size=Size(320, 240), rate=Fraction(30))


def quiet() -> None:
    """Nobody watches."""


def coded(count: int) -> Iterator[VideoFrame]:
    return (to_frame(barcodes.pixels(number), barcodes.SIZE) for number in range(count))


def noise(count: int) -> Iterator[VideoFrame]:
    random = np.random.default_rng(7)
    for _ in range(count):
        yield to_frame(random.integers(0, 255, (240, 320, 3), dtype=np.uint8), NOISY.size)


@pytest.mark.parametrize("count", [1, 2, 3, 61, 240])
@pytest.mark.parametrize("fps", [23.976, 29.97, 30, 60, 0.1])
def test_a_segment_has_each_frame_at_its_time(tmp_path: Path, count: int, fps: float) -> None:
    movie = barcodes.movie(fps)
    assert write_segment(coded(count), tmp_path / "a.mp4", movie, on_frame=quiet) == count
    check_segment(tmp_path / "a.mp4", count, movie)


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write_segment(noise(40), tmp_path / name, NOISY, on_frame=quiet)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


ENCODE = """
import sys
from fractions import Fraction
from pathlib import Path
import numpy as np
from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat
from timelapse.rendering.pipeline.scale import to_frame
width, height = int(sys.argv[2]), int(sys.argv[3])
blocks = np.random.default_rng(7).integers(0, 255, (height // 16, width // 16, 3), dtype=np.uint8)
picture = blocks.repeat(16, 0).repeat(16, 1)
frames = (
    to_frame(np.ascontiguousarray(np.roll(picture, (3 * n, 5 * n), (0, 1))), Size(width, height))
    for n in range(24)
)
movie = MovieFormat(size=Size(width, height), rate=Fraction(25))
write_segment(frames, Path(sys.argv[1]), movie, on_frame=lambda: None)
"""


@pytest.mark.parametrize("size", [(64, 32), (320, 160), (720, 400), (1280, 720)])
def test_what_was_in_memory_before_decides_about_no_byte(tmp_path: Path, size: tuple[int, int]) -> None:
    files = []
    for before in ("85", "170"):
        path = tmp_path / f"{before}.mp4"
        # glibc fills what it hands out with the complement of this byte, large blocks included.
        memory = {"MALLOC_PERTURB_": before, "MALLOC_MMAP_THRESHOLD_": str(2**30)}
        arguments = [sys.executable, "-c", ENCODE, str(path), *map(str, size)]
        subprocess.run(arguments, env=os.environ | memory, check=True)
        files.append(path.read_bytes())
    assert files[0] == files[1]


def test_colours_survive_and_are_tagged_as_players_expect(
    tmp_path: Path, decoded: Callable[[Path], np.ndarray]
) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 150, 40)]
    frames = (to_frame(np.full((48, 64, 3), colour, np.uint8), Size(64, 48)) for colour in colours)
    movie = MovieFormat(size=Size(64, 48), rate=Fraction(30))
    write_segment(frames, tmp_path / "a.mp4", movie, on_frame=quiet)
    shown = decoded(tmp_path / "a.mp4").mean(axis=(1, 2))
    assert np.abs(shown - np.array(colours)).max() <= 3
    probe = subprocess.run(
        [get_ffmpeg_exe(), "-i", tmp_path / "a.mp4"], check=False, capture_output=True, text=True
    )
    assert "yuv420p(tv, bt709, progressive)" in probe.stderr


def test_each_frame_is_reported_and_the_report_may_stop(tmp_path: Path) -> None:
    reported: list[int] = []

    def stop_at_60() -> None:
        reported.append(1)
        if len(reported) == 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_segment(noise(1000), tmp_path / "a.mp4", NOISY, on_frame=stop_at_60)
    assert len(reported) == 60


def test_no_frames_make_no_file(tmp_path: Path) -> None:
    assert write_segment(iter(()), tmp_path / "a.mp4", NOISY, on_frame=quiet) == 0
    assert not (tmp_path / "a.mp4").exists()


def test_a_folder_that_isnt_there_is_reported_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file or directory"):
        write_segment(noise(2), tmp_path / "gone" / "a.mp4", NOISY, on_frame=quiet)


def test_a_full_disk_is_reported_as_one() -> None:
    with pytest.raises(DiskFullError, match="disk for movies is full"):
        write_segment(noise(60), Path("/dev/full"), NOISY, on_frame=quiet)
