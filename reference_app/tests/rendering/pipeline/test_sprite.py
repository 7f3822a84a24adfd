"""The thumbnails of a movie, read back: which frame each shows, and when the index says that it is shown."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.errors import BadMovieError
from timelapse.rendering.pipeline.plan import Plan
from timelapse.rendering.pipeline.render import render
from timelapse.rendering.pipeline.sprite import MOST, save_sprite
from timelapse.rendering.pipeline.store import SegmentStore

if TYPE_CHECKING:
    from pathlib import Path

_CUE = re.compile(r"([\d:.]+) --> ([\d:.]+)\n7\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)\n")


def made(folder: Path, frames: int, fps: float = 30) -> Path:
    plan = Plan.of(barcodes.recipes(folder / "pictures", range(frames)), barcodes.movie(fps))
    store = SegmentStore(folder / "segments")
    render(plan, folder / "7", store, max_pixels=10_000, on_frame=lambda _: None).publish()
    return folder / "7"


def seconds(text: str) -> float:
    hours, minutes, rest = text.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + float(rest)


def cues(folder: Path) -> list[tuple[float, float, tuple[int, ...]]]:
    text = (folder / "thumbnails.vtt").read_text()
    assert text.startswith("WEBVTT\n\n")
    found = _CUE.findall(text)
    assert len(found) == text.count("-->")
    return [(seconds(begin), seconds(end), tuple(map(int, place))) for begin, end, *place in found]


@pytest.mark.parametrize(("frames", "fps"), [(1, 30), (40, 30), (500, 30), (300, 1), (200, 0.5)])
def test_each_thumbnail_shows_the_frame_of_its_moment(tmp_path: Path, frames: int, fps: float) -> None:
    folder = made(tmp_path, frames, fps)
    found = cues(folder)
    assert 1 <= len(found) <= MOST
    assert found[0][0] == 0
    assert found[-1][1] == pytest.approx(frames / fps, abs=0.001)
    assert all(end == begin for (_, end, _), (begin, _, _) in pairwise(found))
    with Image.open(folder / "sprite.jpg") as opened:
        sheet = np.asarray(opened.convert("RGB"))
    for begin, end, (left, top, width, height) in found:
        assert (width, height) == (64, 32)
        shown = sheet[top : top + height, left : left + width]
        (number,) = barcodes.numbers(shown[None])
        assert number == pytest.approx(begin * fps, abs=0.05)
        assert end > begin


def test_a_long_movie_has_no_more_thumbnails_than_fit(tmp_path: Path) -> None:
    assert len(cues(made(tmp_path, 400, 1))) == MOST


def test_the_same_movie_has_the_same_thumbnails(tmp_path: Path) -> None:
    names = ("sprite.jpg", "thumbnails.vtt")
    one, other = ([(made(tmp_path, 200) / name).read_bytes() for name in names] for _ in range(2))
    assert one == other


def test_it_can_be_stopped_at_each_picture(tmp_path: Path) -> None:
    movie = made(tmp_path, 500) / "movie.mp4"

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_sprite(movie, tmp_path / "a.jpg", tmp_path / "a.vtt", name="a.jpg", on_picture=stop)
    assert not (tmp_path / "a.jpg").exists()


def test_what_is_no_movie_has_no_thumbnails(tmp_path: Path) -> None:
    (tmp_path / "movie.mp4").write_bytes(b"nothing")
    with pytest.raises(BadMovieError, match="can't be decoded"):
        save_sprite(tmp_path / "movie.mp4", tmp_path / "a.jpg", tmp_path / "a.vtt", name="a.jpg")
