from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from timelapse.rendering.pipeline.clip import PictureClip
from timelapse.rendering.pipeline.encode import encode
from timelapse.rendering.pipeline.errors import BadMovieError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.verify import MovieInfo, inspect, verify

if TYPE_CHECKING:
    from pathlib import Path

SIZE = Size(64, 48)
RATE = Fraction(30)
FACTS = MovieInfo(
    frame_count=10,
    duration_s=1 / 3,
    rate=RATE,
    size=SIZE,
    codec="h264",
    pixel_format="yuv420p",
    starts_fast=True,
    bytes=4000,
)


@pytest.fixture
def movie(tmp_path: Path) -> Path:
    frames = (np.random.default_rng(n).integers(0, 255, (48, 64, 3), dtype=np.uint8) for n in range(40))
    encode(
        PictureClip(frames, SIZE, 40, RATE), tmp_path / "movie.mp4", RATE, size=SIZE, on_frame=lambda _: None
    )
    return tmp_path / "movie.mp4"


def test_facts_are_counted_by_decoding(movie: Path) -> None:
    info = inspect(movie)
    assert info == replace(FACTS, frame_count=40, duration_s=info.duration_s, bytes=movie.stat().st_size)
    verify(info, frame_count=40, rate=RATE, size=SIZE)


def test_a_movie_cut_short_doesnt_pass(movie: Path) -> None:
    data = movie.read_bytes()
    movie.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(BadMovieError):
        verify(inspect(movie), frame_count=40, rate=RATE, size=SIZE)


@pytest.mark.parametrize("content", [b"", b"\0" * 48, b"<html>"])
def test_what_is_no_movie_is_refused(movie: Path, content: bytes) -> None:
    movie.write_bytes(content)
    with pytest.raises(BadMovieError, match="can't be read"):
        inspect(movie)


def test_pictures_overwritten_by_noise_are_refused(movie: Path) -> None:
    data = bytearray(movie.read_bytes())
    start = data.index(b"mdat") + 64
    data[start:] = np.random.default_rng(1).integers(0, 255, len(data) - start, dtype=np.uint8).tobytes()
    movie.write_bytes(bytes(data))
    with pytest.raises(BadMovieError):
        verify(inspect(movie), frame_count=40, rate=RATE, size=SIZE)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"frame_count": 9}, "frames is 9, not 10"),
        ({"rate": Fraction(25)}, "frames per second is 25, not 30"),
        ({"rate": None}, "frames per second is None, not 30"),
        ({"size": Size(62, 48)}, "size is 62x48, not 64x48"),
        ({"codec": "hevc"}, "codec is hevc, not h264"),
        ({"pixel_format": "yuv444p"}, "pixel format is yuv444p, not yuv420p"),
        ({"starts_fast": False}, "index before the pictures is False, not True"),
        ({"duration_s": 0.4}, "duration is 0.4 s, not 0.333"),
    ],
)
def test_every_difference_to_the_spec_is_named(wrong: dict[str, object], said: str) -> None:
    verify(FACTS, frame_count=10, rate=RATE, size=SIZE)
    with pytest.raises(BadMovieError, match=said):
        verify(replace(FACTS, **wrong), frame_count=10, rate=RATE, size=SIZE)
