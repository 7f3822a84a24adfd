from __future__ import annotations

import resource
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.errors import BadMovieError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.join import join
from timelapse.rendering.pipeline.plan import MovieFormat
from timelapse.rendering.pipeline.scale import to_frame
from timelapse.rendering.pipeline.verify import check_movie, check_segment, inspect

STATM = Path("/proc/self/statm")
MOVIE = MovieFormat(size=Size(64, 48), rate=Fraction(30))


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    frames = (to_frame(random.integers(0, 255, (48, 64, 3), dtype=np.uint8), MOVIE.size) for _ in range(40))
    write_segment(frames, tmp_path / "segment.mp4", MOVIE, on_frame=lambda: None)
    return tmp_path / "segment.mp4"


@pytest.fixture
def movie(segment: Path, tmp_path: Path) -> Path:
    join([(segment, 40)], tmp_path / "movie.mp4", MOVIE)
    return tmp_path / "movie.mp4"


def test_a_whole_segment_and_a_whole_movie_pass(segment: Path, movie: Path) -> None:
    check_segment(segment, 40, MOVIE)
    info = check_movie(movie, [40], MOVIE)
    assert info == inspect(movie)
    assert (info.frame_count, info.rate, info.size, info.codec) == (40, 30, Size(64, 48), "h264")
    assert (info.duration_s, info.bytes) == (pytest.approx(40 / 30), movie.stat().st_size)


@pytest.mark.parametrize(
    ("frames", "wanted", "said"),
    [
        (39, MOVIE, "times is"),
        (40, replace(MOVIE, rate=Fraction(25)), "times is"),
        (40, replace(MOVIE, size=Size(48, 64)), "size is 64x48, not 48x64"),
    ],
)
def test_a_segment_that_isnt_the_requested_one_is_refused(
    segment: Path, frames: int, wanted: MovieFormat, said: str
) -> None:
    with pytest.raises(BadMovieError, match=said):
        check_segment(segment, frames, wanted)


@pytest.mark.parametrize(
    ("segments", "wanted", "said"),
    [
        ([41], MOVIE, "frames is 40, not 41"),
        ([20, 20], MOVIE, "joins is False, not True"),
        ([40], replace(MOVIE, rate=Fraction(25)), "frames per second is 30, not 25"),
        ([40], replace(MOVIE, size=Size(48, 64)), "size is 64x48, not 48x64"),
    ],
)
def test_every_difference_of_a_movie_is_named(
    movie: Path, segments: list[int], wanted: MovieFormat, said: str
) -> None:
    with pytest.raises(BadMovieError, match=said):
        check_movie(movie, segments, wanted)


def test_a_segment_whose_keyframe_is_noise_is_refused(segment: Path) -> None:
    data = bytearray(segment.read_bytes())
    begin = data.index(b"mdat") + 800  # behind the headers of the first picture
    data[begin : begin + 600] = np.random.default_rng(1).integers(0, 255, 600, dtype=np.uint8).tobytes()
    segment.write_bytes(bytes(data))
    with pytest.raises(BadMovieError):
        check_segment(segment, 40, MOVIE)


@pytest.mark.skipif(not STATM.exists(), reason="The kernel doesn't say here how much memory is used.")
def test_checking_a_large_movie_keeps_none_of_it_in_memory(segment: Path, tmp_path: Path) -> None:
    repeats = 400
    join([(segment, 40)] * repeats, tmp_path / "movie.mp4", MOVIE)
    used: list[int] = []
    check_movie(
        tmp_path / "movie.mp4", [40] * repeats, MOVIE, on_packet=lambda: used.append(resident_bytes())
    )
    assert max(used) - used[0] < (tmp_path / "movie.mp4").stat().st_size / 3


def resident_bytes() -> int:
    return int(STATM.read_text().split()[1]) * resource.getpagesize()


def test_a_movie_cut_short_doesnt_pass(movie: Path) -> None:
    movie.write_bytes(movie.read_bytes()[: movie.stat().st_size * 2 // 3])
    with pytest.raises(BadMovieError):
        check_movie(movie, [40], MOVIE)


@pytest.mark.parametrize("content", [b"", b"\0" * 48, b"<html>"])
def test_what_is_no_movie_is_refused(movie: Path, content: bytes) -> None:
    movie.write_bytes(content)
    with pytest.raises(BadMovieError, match="can't be read"):
        inspect(movie)
