from __future__ import annotations

from uuid import UUID

import pytest

from timelapse.frames.domain import FramePaths, displayed_size

CAMERA = UUID("0b8f5a52-2d0e-4c59-8f43-3f6f3a2f1c11")


def test_files_of_a_camera_are_spread_over_folders_by_capture():
    paths = [FramePaths.of(CAMERA, f"capture-{number:08d}", "png") for number in range(500)]
    assert paths[0].frame.startswith(f"frames/{CAMERA}/")
    assert paths[0].frame.endswith("/capture-00000000.png")
    assert paths[0].thumbnail.startswith(f"thumbnails/{CAMERA}/")
    assert paths[0].thumbnail.endswith("/capture-00000000.jpg")
    assert len({place.frame.split("/")[2] for place in paths}) > 100


@pytest.mark.parametrize(
    ("orientation", "expected"), [(1, (40, 30)), (3, (40, 30)), (4, (40, 30)), (5, (30, 40)), (8, (30, 40))]
)
def test_a_picture_on_its_side_is_displayed_upright(orientation, expected):
    assert displayed_size(40, 30, orientation) == expected
