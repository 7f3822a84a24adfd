from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.plan import Plan, Segment
from timelapse.rendering.pipeline.store import Encoded, LeftOut, SegmentStore

if TYPE_CHECKING:
    from pathlib import Path

MOVIE = barcodes.movie()
DAMAGED = LeftOut(name="00001.png", code="damaged", reason="It is damaged.")


@pytest.fixture
def store(tmp_path: Path) -> SegmentStore:
    return SegmentStore(tmp_path / "segments")


@pytest.fixture
def segment(tmp_path: Path) -> Segment:
    return Segment.of(barcodes.recipes(tmp_path / "pictures", range(3)), MOVIE)


def written(store: SegmentStore, content: bytes = b"a segment") -> Path:
    part = store.new_part()
    part.write_bytes(content)
    return part


def without_the_second(segment: Segment) -> Segment:
    return Segment.of([segment.recipes[0], segment.recipes[2]], MOVIE)


def test_a_segment_is_found_by_its_key_once_it_is_whole(store: SegmentStore, segment: Segment) -> None:
    part = written(store)
    assert store.find(segment) is None
    path = store.put(segment, part)
    assert store.find(segment) == Encoded(path=path, frames=3)
    assert path.read_bytes() == b"a segment"
    assert not part.exists()


def test_a_segment_without_its_unusable_pictures_is_found_by_what_was_planned(
    store: SegmentStore, segment: Segment
) -> None:
    used = without_the_second(segment)
    path = store.put(used, written(store))
    assert store.find(segment) is None, "nobody said that the picture stays unusable"
    store.note(segment, used, (DAMAGED,))
    assert store.find(segment) == Encoded(path=path, frames=2, left_out=(DAMAGED,))
    assert store.find(used) == Encoded(path=path, frames=2)
    path.unlink()
    assert store.find(segment) is None


def test_that_no_picture_is_usable_is_remembered_too(store: SegmentStore, segment: Segment) -> None:
    store.note(segment, Segment.of([], MOVIE), (DAMAGED,) * 3)
    assert store.find(segment) == Encoded(path=None, frames=0, left_out=(DAMAGED,) * 3)


def test_a_note_that_cant_be_read_is_none(store: SegmentStore, segment: Segment) -> None:
    store.note(segment, without_the_second(segment), (DAMAGED,))
    for note in store.folder.glob("*.json"):
        note.write_text("{")
    assert store.find(segment) is None


def test_what_killed_workers_left_and_what_was_unused_for_longest_is_swept(
    store: SegmentStore, tmp_path: Path
) -> None:
    written(store, b"half of one")
    recipes = barcodes.recipes(tmp_path / "pictures", range(4))
    segments = [Segment.of([recipe], MOVIE) for recipe in recipes]
    for age, segment in enumerate(segments):
        os.utime(store.put(segment, written(store, b"ten bytes.")), (1000 - age, 1000 - age))
    store.find(segments[3])
    assert store.sweep(budget=20) == len(b"half of one") + 20
    assert [store.find(segment) is not None for segment in segments] == [True, False, False, True]
    assert len(list(store.folder.iterdir())) == 2


def test_the_segments_of_a_plan_stay_though_they_are_more_than_the_budget(
    store: SegmentStore, tmp_path: Path
) -> None:
    recipes = barcodes.recipes(tmp_path / "pictures", range(200))
    plan = Plan.of(recipes, MOVIE)
    first, second, *_ = plan.segments
    store.put(first, written(store))
    shorter = Segment.of(second.recipes[1:], MOVIE)
    store.put(shorter, written(store))
    store.note(second, shorter, (DAMAGED,))
    other = Segment.of(recipes[:3], MOVIE)
    store.put(other, written(store))
    store.sweep(0, keep=plan)
    assert store.frames_done(plan) == len(first.recipes) + len(second.recipes)
    assert store.find(other) is None


def test_a_store_that_was_never_used_has_nothing_to_sweep(store: SegmentStore) -> None:
    assert store.sweep(budget=0) == 0
