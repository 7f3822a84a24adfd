from __future__ import annotations

import subprocess
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.errors import BadMovieError
from timelapse.rendering.pipeline.join import DamagedSegmentError, join, save_poster
from timelapse.rendering.pipeline.scale import to_frame
from timelapse.rendering.pipeline.sound import Soundtrack
from timelapse.rendering.pipeline.verify import check_movie, check_sound_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timelapse.rendering.pipeline.plan import MovieFormat

#: Also segments that are shorter than the encoder's delay.
LENGTHS = (30, 1, 2, 75, 40)


def segments(folder: Path, movie: MovieFormat, lengths: tuple[int, ...] = LENGTHS) -> list[tuple[Path, int]]:
    made, number = [], 0
    for frames in lengths:
        path = folder / f"{number}.mp4"
        shown = (to_frame(barcodes.pixels(n), barcodes.SIZE) for n in range(number, number + frames))
        write_segment(shown, path, movie, on_frame=lambda: None)
        made.append((path, frames))
        number += frames
    return made


@pytest.mark.parametrize("fps", [23.976, 29.97, 30, 60])
def test_every_frame_is_shown_once_in_order_at_its_time_across_the_joins(
    tmp_path: Path, fps: float, decoded: Callable[[Path], np.ndarray]
) -> None:
    movie = barcodes.movie(fps)
    join(segments(tmp_path, movie), tmp_path / "movie.mp4", movie)
    info = check_movie(tmp_path / "movie.mp4", LENGTHS, movie)
    assert (info.frame_count, info.rate, info.starts_fast) == (sum(LENGTHS), movie.rate, True)
    assert barcodes.numbers(decoded(tmp_path / "movie.mp4")) == list(range(sum(LENGTHS)))
    with av.open(str(tmp_path / "movie.mp4")) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    assert all(one.dts < next_one.dts for one, next_one in pairwise(packets))
    shown = sorted(packet.pts * packet.time_base for packet in packets)
    assert shown == [number / movie.rate for number in range(sum(LENGTHS))]


def test_a_joined_movie_shows_exactly_what_its_segments_show(
    tmp_path: Path, decoded: Callable[[Path], np.ndarray]
) -> None:
    movie = barcodes.movie()
    parts = segments(tmp_path, movie)
    join(parts, tmp_path / "movie.mp4", movie)
    apart = np.concatenate([decoded(path) for path, _ in parts])
    assert np.array_equal(decoded(tmp_path / "movie.mp4"), apart)


def test_ffmpeg_has_nothing_to_say_about_a_joined_movie(tmp_path: Path) -> None:
    movie = barcodes.movie(29.97)
    join(segments(tmp_path, movie), tmp_path / "movie.mp4", movie)
    command = [get_ffmpeg_exe(), "-v", "warning", "-i", tmp_path / "movie.mp4", "-f", "null", "-"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stderr == ""


def test_joining_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    movie = barcodes.movie()
    parts = segments(tmp_path, movie)
    for name in ("a.mp4", "b.mp4"):
        join(parts, tmp_path / name, movie)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("fps", [0.1, 23.976, 30, 120])
def test_a_movie_with_sound_has_the_same_pictures_and_sound_of_their_length(
    tmp_path: Path, sound: Callable[..., Path], fps: float
) -> None:
    movie = barcodes.movie(fps)
    lengths = (3, 1) if fps < 1 else LENGTHS
    parts, path = segments(tmp_path, movie, lengths), tmp_path / "movie.mp4"
    join(parts, tmp_path / "silent.mp4", movie)
    join(parts, path, movie, sound=Soundtrack(path=sound(0.7)))
    assert check_movie(path, lengths, movie).starts_fast
    check_sound_of(path, sum(lengths), movie)
    command = [get_ffmpeg_exe(), "-v", "warning", "-i", path, "-f", "null", "-"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stderr == ""
    assert pictures_of(path) == pictures_of(tmp_path / "silent.mp4")


def pictures_of(movie: Path) -> list[tuple[bytes, int | None, int | None]]:
    with av.open(str(movie)) as container:
        return [(bytes(packet), packet.pts, packet.dts) for packet in container.demux(video=0)]


def test_sound_of_another_length_than_the_pictures_is_found(
    tmp_path: Path, sound: Callable[..., Path]
) -> None:
    movie = barcodes.movie()
    join(segments(tmp_path, movie), tmp_path / "movie.mp4", movie, sound=Soundtrack(path=sound()))
    with pytest.raises(BadMovieError, match=r"lasts 4\.933 s, not 5\.000 s"):
        check_sound_of(tmp_path / "movie.mp4", sum(LENGTHS) + 2, movie)


@pytest.mark.parametrize("content", [b"", b"no movie", None], ids=["empty", "no movie", "cut short"])
def test_a_damaged_segment_is_named(tmp_path: Path, content: bytes | None) -> None:
    movie = barcodes.movie()
    parts = segments(tmp_path, movie)
    damaged = parts[3][0]
    damaged.write_bytes(damaged.read_bytes()[:-900] if content is None else content)
    with pytest.raises(DamagedSegmentError) as refused:
        join(parts, tmp_path / "movie.mp4", movie)
    assert refused.value.path == damaged


def test_the_poster_is_a_frame_from_the_middle(tmp_path: Path) -> None:
    movie = barcodes.movie()
    join(segments(tmp_path, movie), tmp_path / "movie.mp4", movie)
    save_poster(tmp_path / "movie.mp4", tmp_path / "poster.jpg")
    with Image.open(tmp_path / "poster.jpg") as poster:
        (number,) = barcodes.numbers(np.asarray(poster)[None])
    assert number in {33, 123}, "a keyframe: where a segment begins, or three seconds later"
