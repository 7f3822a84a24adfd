from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.rendering.pipeline import barcodes

from timelapse.rendering.fit import Fit, Focus
from timelapse.rendering.pipeline import plan as plans
from timelapse.rendering.pipeline.cut import FIRST_SEGMENT
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat, Plan, Recipe

MOVIE = MovieFormat(size=Size(64, 32), rate=Fraction(30000, 1001))


def recipe(number: int) -> Recipe:
    return Recipe(
        name=f"{number}.jpg",
        path=Path(f"{number}.jpg"),
        sha256=f"{number:064x}",
        captured_us=barcodes.BEGIN_US + barcodes.EVERY_US * number,
    )


def plan(*numbers: int, movie: MovieFormat = MOVIE) -> Plan:
    return Plan.of([recipe(number) for number in numbers], movie)


def test_a_plan_has_every_frame_once_in_order() -> None:
    made = plan(*range(1000))
    frames = [recipe.name for segment in made.segments for recipe in segment.recipes]
    assert frames == [f"{number}.jpg" for number in range(1000)]
    assert made.frame_count == 1000


def test_a_plan_survives_json() -> None:
    made = plan(*range(300))
    assert Plan.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_format_survives_json_and_says_nothing_of_a_fit_that_is_the_default() -> None:
    assert set(MOVIE.to_json()) == {"size", "rate", "preset", "crf"}
    cropped = replace(MOVIE, fit=Fit(mode="cover", focus=Focus(30.5, 0.0)), hold=True)
    assert MovieFormat.from_json(json.loads(json.dumps(cropped.to_json()))) == cropped


def test_another_focus_makes_all_segments_new() -> None:
    left, right = (
        plan(*range(300), movie=replace(MOVIE, fit=Fit(mode="cover", focus=Focus(x, 50.0))))
        for x in (0.0, 100.0)
    )
    assert left.diff(right) == left.segments


def test_names_and_paths_dont_decide_about_a_key() -> None:
    renamed = [replace(recipe(number), name="a", path=Path("b")) for number in range(300)]
    assert Plan.of(renamed, MOVIE).diff(plan(*range(300))) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"size": Size(32, 32)},
        {"rate": Fraction(30)},
        {"preset": "medium"},
        {"crf": 19},
        {"fit": Fit(mode="blurred_bars")},
        {"fit": Fit(mode="cover")},
        {"hold": True},
    ],
)
def test_another_format_makes_all_segments_new(change: dict[str, object]) -> None:
    other = plan(*range(300), movie=replace(MOVIE, **change))
    assert other.diff(plan(*range(300))) == other.segments


def test_a_plan_that_starts_quickly_has_the_same_frames_and_a_short_first_segment() -> None:
    slow = Plan.of([recipe(number) for number in range(300)], MOVIE, quick_start=False)
    quick = slow.starting_quickly()
    assert quick == plan(*range(300))
    assert len(quick.segments[0].recipes) == FIRST_SEGMENT
    assert quick.starting_quickly() == quick
    assert len(quick.diff(slow)) == 2
    assert plan().starting_quickly() == plan()
    assert plan(*range(40)).starting_quickly() == plan(*range(40)), "the rest would be too short"


def test_another_version_of_a_package_makes_all_segments_new(monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan(*range(300))
    monkeypatch.setattr(plans, "_packages", lambda: {"av": "another"})
    assert plan(*range(300)).diff(before) == plan(*range(300)).segments


def test_a_frame_more_less_or_other_changes_its_segment_alone() -> None:
    numbers = [number for number in range(1000) if number != 500]
    before = plan(*numbers)
    assert len(plan(*range(1000)).diff(before)) == 1, "one more"
    assert len(plan(*(n for n in numbers if n != 700)).diff(before)) == 1, "one less"
    recipes = [replace(recipe(n), sha256="f" * 64) if n == 200 else recipe(n) for n in numbers]
    assert len(Plan.of(recipes, MOVIE).diff(before)) == 1, "another one"
    assert plan(*numbers).diff(before) == ()
