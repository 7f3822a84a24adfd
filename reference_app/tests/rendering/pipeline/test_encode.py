from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from timelapse.rendering.pipeline.clip import PictureClip
from timelapse.rendering.pipeline.encode import encode
from timelapse.rendering.pipeline.errors import DiskFullError, EncoderError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.verify import inspect

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = Size(64, 48)
NOISY = Size(640, 480)


def coloured(*colours: tuple[int, int, int], rate: Fraction = Fraction(30)) -> PictureClip:
    frames = (np.full((SIZE.height, SIZE.width, 3), colour, np.uint8) for colour in colours)
    return PictureClip(frames, SIZE, len(colours), rate)


def noise(count: int) -> PictureClip:
    random = np.random.default_rng(7)
    frames = (random.integers(0, 255, (NOISY.height, NOISY.width, 3), dtype=np.uint8) for _ in range(count))
    return PictureClip(frames, NOISY, count, Fraction(30))


def encoders() -> list[int]:
    """Our children that are ffmpeg, and nobody else's."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(child) for child in children if "ffmpeg" in Path(f"/proc/{child}/comm").read_text()]


@pytest.mark.parametrize(
    "rate", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(30), Fraction(1, 10)]
)
def test_the_rate_is_exact_and_every_frame_is_there(tmp_path: Path, rate: Fraction) -> None:
    count = encode(
        coloured(*[(90, 90, 90)] * 11, rate=rate),
        tmp_path / "a.mp4",
        rate,
        size=SIZE,
        on_frame=lambda _: None,
    )
    info = inspect(tmp_path / "a.mp4")
    assert count == info.frame_count == 11
    assert info.rate == rate
    assert info.duration_s == pytest.approx(float(11 / rate))


def test_colours_survive_and_are_tagged_as_players_expect(
    tmp_path: Path, decoded: Callable[[Path], np.ndarray]
) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 150, 40)]
    encode(coloured(*colours), tmp_path / "a.mp4", Fraction(30), size=SIZE, on_frame=lambda _: None)
    shown = decoded(tmp_path / "a.mp4").mean(axis=(1, 2))
    assert np.abs(shown - np.array(colours)).max() <= 3
    probe = subprocess.run(
        [get_ffmpeg_exe(), "-i", tmp_path / "a.mp4"], check=False, capture_output=True, text=True
    )
    assert "yuv420p(tv, bt709, progressive)" in probe.stderr


def test_progress_is_reported_after_each_frame(tmp_path: Path) -> None:
    reported: list[int] = []
    encode(coloured(*[(1, 2, 3)] * 5), tmp_path / "a.mp4", Fraction(30), size=SIZE, on_frame=reported.append)
    assert reported == [1, 2, 3, 4, 5]


@pytest.mark.slow
def test_what_progress_raises_stops_ffmpeg_before_the_next_frame(tmp_path: Path) -> None:
    def stop_at_60(done: int) -> None:
        reported.append(done)
        if done == 60:
            raise KeyboardInterrupt

    reported: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        encode(noise(1000), tmp_path / "a.mp4", Fraction(30), size=NOISY, on_frame=stop_at_60)
    assert encoders() == []
    assert reported == list(range(1, 61))


def test_ffmpeg_killed_amid_the_movie_is_an_error_that_says_so(tmp_path: Path) -> None:
    def kill_at_20(done: int) -> None:
        if done == 20:
            os.kill(encoders()[0], signal.SIGKILL)

    with pytest.raises(EncoderError, match="killed by SIGKILL") as failed:
        encode(noise(200), tmp_path / "a.mp4", Fraction(30), size=NOISY, on_frame=kill_at_20)
    assert failed.value.remedy


def test_ffmpeg_killed_after_the_last_frame_is_an_error_too(tmp_path: Path) -> None:
    def kill_at_end(done: int) -> None:
        if done == 30:
            os.kill(encoders()[0], signal.SIGKILL)

    with pytest.raises(EncoderError, match="killed by SIGKILL"):
        encode(noise(30), tmp_path / "a.mp4", Fraction(30), size=NOISY, on_frame=kill_at_end)


def test_a_folder_that_isnt_there_is_reported_in_ffmpegs_words(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="No such file or directory"):
        encode(noise(50), tmp_path / "gone" / "a.mp4", Fraction(30), size=NOISY, on_frame=lambda _: None)


def test_no_frames_make_no_movie(tmp_path: Path) -> None:
    assert (
        encode(
            PictureClip(iter(()), SIZE, 1, Fraction(30)),
            tmp_path / "a.mp4",
            Fraction(30),
            size=SIZE,
            on_frame=print,
        )
        == 0
    )


def test_a_full_disk_is_reported_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to("/dev/full")
    with pytest.raises(DiskFullError, match="disk for movies is full"):
        encode(noise(60), tmp_path / "a.mp4", Fraction(30), size=NOISY, on_frame=lambda _: None)


@pytest.mark.slow
def test_a_movie_larger_than_a_file_may_be_is_reported_as_one(tmp_path: Path) -> None:
    script = f"""
        import resource, signal, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from fractions import Fraction
        from test_encode import NOISY, encode, noise
        movie = Path({str(tmp_path / "a.mp4")!r})
        encode(noise(120), movie, Fraction(30), size=NOISY, on_frame=lambda _: None)
    """
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], check=False, capture_output=True, text=True
    )
    assert "DiskFullError" in run.stderr
