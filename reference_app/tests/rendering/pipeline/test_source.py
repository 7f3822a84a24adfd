from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.errors import PictureError
from timelapse.rendering.pipeline.plan import Plan
from timelapse.rendering.pipeline.source import frames_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan.of(barcodes.recipes(tmp_path / "pictures", range(100)), barcodes.movie())


def test_frames_come_in_order_across_segments(plan: Plan) -> None:
    made = list(frames_of(plan.segments, plan.movie, max_pixels=10_000))
    assert len(plan.segments) == 2
    assert [frame.segment for frame in made] == [s for s in plan.segments for _ in s.recipes]
    assert [frame.recipe.name for frame in made] == [f"{number:05}.png" for number in range(100)]
    assert not any(isinstance(frame.frame, PictureError) for frame in made)


def test_an_unusable_picture_has_its_reason_instead_of_a_frame(plan: Plan) -> None:
    recipes = plan.segments[0].recipes
    recipes[0].path.unlink()
    recipes[7].path.write_bytes(b"")
    recipes[8].path.write_bytes(recipes[9].path.read_bytes())
    made = list(frames_of(plan.segments, plan.movie, max_pixels=10_000))
    refused = {frame.recipe.name: frame.frame.code for frame in made if isinstance(frame.frame, PictureError)}
    assert refused == {"00000.png": "missing", "00007.png": "empty", "00008.png": "changed"}
    assert len(made) == 100


def test_stopping_early_stops_the_readers(plan: Plan) -> None:
    frames = frames_of(plan.segments, plan.movie, max_pixels=10_000)
    next(frames)
    frames.close()
    with pytest.raises(StopIteration):
        next(frames)
