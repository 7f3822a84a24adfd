from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.picture import Picture
from timelapse.rendering.pipeline.source import FrameSource

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np


@pytest.fixture
def pictures(tmp_path: Path) -> list[Picture]:
    made = []
    for grey in range(40):
        path = tmp_path / f"{grey:03}.png"
        Image.new("L", (8, 8), grey * 6).save(path)
        made.append(Picture(name=path.name, path=path))
    return made


def test_frames_come_in_order(pictures: list[Picture]) -> None:
    source = FrameSource(pictures, Size(8, 8), max_pixels=1000)
    assert [int(frame[0, 0, 0]) // 6 for frame in source.frames()] == list(range(40))
    assert source.left_out == []


def test_unusable_pictures_are_left_out_by_name_and_the_rest_follows(pictures: list[Picture]) -> None:
    pictures[0].path.write_bytes(b"")
    pictures[17].path.write_text("no picture")
    pictures[39].path.unlink()
    source = FrameSource(pictures, Size(8, 8), max_pixels=1000)
    assert len(list(source.frames())) == 37
    assert [(left.name, left.code) for left in source.left_out] == [
        ("000.png", "empty"),
        ("017.png", "not_a_picture"),
        ("039.png", "missing"),
    ]


def test_never_more_than_a_few_frames_are_alive(pictures: list[Picture]) -> None:
    yielded: list[weakref.ref[np.ndarray]] = []
    most = 0
    for frame in FrameSource(pictures, Size(8, 8), max_pixels=1000).frames():
        yielded.append(weakref.ref(frame))
        most = max(most, sum(one() is not None for one in yielded))
    assert most <= 2


def test_stopping_early_stops_the_readers(pictures: list[Picture]) -> None:
    frames = FrameSource(pictures, Size(8, 8), max_pixels=1000).frames()
    next(frames)
    frames.close()
    with pytest.raises(StopIteration):
        next(frames)
