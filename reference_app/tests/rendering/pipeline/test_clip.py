from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from moviepy import CompositeVideoClip, VideoClip
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.clip import PictureClip, write_clip
from timelapse.rendering.pipeline.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOVIE = barcodes.movie(29.97)


@pytest.fixture
def pictures(tmp_path: Path) -> PictureClip:
    return PictureClip(barcodes.recipes(tmp_path / "pictures", range(130)), MOVIE, max_pixels=10_000)


def test_what_moviepy_composes_is_rendered_frame_by_frame(
    tmp_path: Path, pictures: PictureClip, decoded: Callable[[Path], np.ndarray]
) -> None:
    reported: list[int] = []
    composed = CompositeVideoClip([pictures])
    info = write_clip(composed, tmp_path / "movie.mp4", MOVIE, on_frame=reported.append)
    assert (info.frame_count, info.rate) == (130, Fraction(30000, 1001))
    assert barcodes.numbers(decoded(tmp_path / "movie.mp4")) == list(range(130))
    assert reported == list(range(1, 131))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["movie.mp4", "pictures"]


def test_a_frame_may_be_asked_for_again_and_out_of_order(pictures: PictureClip) -> None:
    for number in (7, 3, 7, 129):
        assert barcodes.numbers(pictures.get_frame(number / 29.97)[None]) == [number]
    assert pictures.duration == pytest.approx(130 * 1001 / 30000)


def test_an_unusable_picture_is_refused_with_its_reason(tmp_path: Path, pictures: PictureClip) -> None:
    (tmp_path / "pictures" / "00003.png").unlink()
    with pytest.raises(PictureError):
        pictures.get_frame(3 / 29.97)


def test_a_clip_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(time: float) -> np.ndarray:
        if time > 0.1:
            raise ZeroDivisionError
        return np.zeros((32, 64, 3), np.uint8)

    clip = VideoClip(fail, duration=1)
    with pytest.raises(ZeroDivisionError):
        write_clip(clip, tmp_path / "movie.mp4", MOVIE, on_frame=lambda _: None)
    assert list(tmp_path.iterdir()) == []
