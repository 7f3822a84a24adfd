"""Composed movies, read back: light, labels, fades and cards are measured in decoded frames."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.rendering.pipeline import barcodes

from timelapse.rendering.fit import Fit, Focus
from timelapse.rendering.pipeline.compose import make_frame
from timelapse.rendering.pipeline.composition import Composition, fade
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat, Plan, Recipe
from timelapse.rendering.pipeline.render import render
from timelapse.rendering.pipeline.store import SegmentStore
from timelapse.rendering.view import View
from timelapse.shared.srgb import to_light

Decode = Callable[[Path], np.ndarray]
SIZE = Size(320, 180)
MOVIE = MovieFormat(size=SIZE, rate=Fraction(30))
BACKGROUND = (90, 120, 60)


@pytest.fixture
def picture(tmp_path: Path) -> Recipe:
    path = tmp_path / "plain.png"
    Image.new("RGB", (640, 360), BACKGROUND).save(path)
    return Recipe.of(path)


def shown(recipe: Recipe, size: Size = SIZE) -> np.ndarray:
    return make_frame(recipe, size, max_pixels=1_000_000).to_ndarray(format="rgb24").astype(int)


def composed(recipe: Recipe, **values: object) -> Recipe:
    return replace(recipe, composition=replace(Composition(), **values))


def made(plan: Plan, folder: Path) -> tuple[Path, int]:
    rendered = render(
        plan,
        folder / "movie",
        SegmentStore(folder / "segments"),
        max_pixels=1_000_000,
        on_frame=lambda _: None,
    )
    rendered.publish()
    assert rendered.left_out == ()
    return folder / "movie" / "movie.mp4", rendered.encoded


def test_a_label_is_written_at_the_bottom_left_and_changes_nothing_else(picture: Recipe) -> None:
    size = Size(640, 360)
    plain, labelled = shown(picture, size), shown(composed(picture, label="2026-06-01 12:00"), size)
    changed = np.abs(plain - labelled).max(axis=2) > 8
    rows, columns = np.nonzero(changed)
    assert rows.min() > 320
    assert rows.max() < 359
    assert columns.min() < 16
    assert columns.max() < 240
    assert labelled[changed].max() > 215, "white letters"
    assert labelled[changed].min() < 25, "with a dark outline"


def test_two_labels_are_two_frames_and_the_same_label_is_one(picture: Recipe) -> None:
    one, other = (shown(composed(picture, label=text)) for text in ("12:00", "12:01"))
    assert (one != other).any()
    assert (one == shown(composed(picture, label="12:00"))).all()


@pytest.mark.parametrize("size", [Size(16, 16), Size(64, 32), Size(178, 320), Size(1920, 1080)])
@pytest.mark.parametrize("text", [".", "Übergröße " * 20])
def test_any_label_fits_into_any_movie(picture: Recipe, size: Size, text: str) -> None:
    frame = shown(composed(picture, label=text), size)
    assert frame.shape == (size.height, size.width, 3)
    assert (frame[0] == shown(picture, size)[0]).all() or size.height < 64


def test_a_frame_of_half_light_is_half_as_light_and_grey_stays_grey(picture: Recipe) -> None:
    half = shown(composed(picture, light=0.5)).mean(axis=(0, 1))
    assert half == pytest.approx([value / 2 for value in BACKGROUND], abs=3)
    assert shown(composed(picture, light=0.0)).max() <= 1


@pytest.mark.parametrize(("right", "down"), [(0.0, 0.0), (0.015, -0.01), (-0.02, 0.02)])
def test_a_steadied_picture_is_cropped_where_its_content_belongs(
    tmp_path: Path, right: float, down: float
) -> None:
    pixels = np.full((360, 640, 3), 30, np.uint8)
    left, top = round(300 + 640 * right), round(160 + 360 * down)
    pixels[top : top + 40, left : left + 40] = 220
    Image.fromarray(pixels).save(tmp_path / "house.png")
    frame = shown(composed(Recipe.of(tmp_path / "house.png"), steady=(right, down)), Size(640, 360))
    assert frame.shape == (360, 640, 3)
    rows, columns = np.nonzero(frame.mean(axis=2) > 128)
    assert rows.mean() == pytest.approx(180, abs=1)
    assert columns.mean() == pytest.approx(320, abs=1)
    assert rows.max() - rows.min() == pytest.approx(40 / 0.96, abs=2)


@pytest.mark.parametrize("kind", ["png", "jpg"])
@pytest.mark.parametrize("fit", [Fit(), Fit(mode="cover"), Fit(mode="blurred_bars")])
def test_a_zoomed_frame_shows_its_part_of_the_picture(tmp_path: Path, fit: Fit, kind: str) -> None:
    pixels = np.full((360, 640, 3), 30, np.uint8)
    pixels[90:180, 320:480] = 220  # a quarter of width and height, at half and a quarter of them
    Image.fromarray(pixels).save(tmp_path / f"house.{kind}")
    recipe = composed(Recipe.of(tmp_path / f"house.{kind}"), view=View(0.5, 0.25, 0.25))
    frame = make_frame(recipe, Size(320, 180), max_pixels=10**6, fit=fit).to_ndarray(format="rgb24")
    assert frame.shape == (180, 320, 3)
    assert frame[4:-4, 4:-4].min() > 210
    recipe = composed(recipe, view=View(0.25, 0.0, 0.5))
    frame = make_frame(recipe, Size(320, 180), max_pixels=10**6, fit=fit).to_ndarray(format="rgb24")
    rows, columns = np.nonzero(frame.mean(axis=2) > 128)
    assert (rows.min(), rows.max()) == (pytest.approx(90, abs=1), 179)
    assert (columns.min(), columns.max()) == (pytest.approx(160, abs=1), 319)


def test_a_slow_pan_moves_by_the_same_part_of_a_pixel_in_each_frame(tmp_path: Path) -> None:
    pixels = np.zeros((360, 640, 3), np.uint8)
    pixels[:, 320:] = 255
    Image.fromarray(pixels).save(tmp_path / "edge.png")
    picture = Recipe.of(tmp_path / "edge.png")
    views = [View(0.2 + number / 4 / 640, 0.0, 0.5) for number in range(9)]  # a quarter of a pixel further
    white = [shown(composed(picture, view=view)).mean() / 255 * 320 for view in views]
    assert np.diff(white) == pytest.approx([0.25] * 8, abs=0.08)


def test_a_card_is_a_text_in_the_middle_of_black() -> None:
    frame = shown(Recipe.of_card("The end"))
    rows, columns = np.nonzero(frame.max(axis=2) > 128)
    assert rows.mean() == pytest.approx(90, abs=5)
    assert columns.mean() == pytest.approx(160, abs=5)
    assert frame[:60].max() <= 1


def test_the_light_of_a_movie_is_what_its_gains_say(picture: Recipe, tmp_path: Path, decoded: Decode) -> None:
    steps = [-0.5, -0.1, 0.0, 0.1, 0.5]
    recipes = [
        replace(picture, composition=Composition.of(gain_ev=gain)) for gain in steps for _ in range(12)
    ]
    movie, _ = made(Plan.of(recipes, MOVIE), tmp_path)
    light = to_light(decoded(movie) / 255).mean(axis=(1, 2, 3)).reshape(len(steps), 12)[:, 6]
    assert np.log2(light / light[2]) == pytest.approx(steps, abs=0.03)


def test_a_movie_fades_in_and_out(picture: Recipe, tmp_path: Path, decoded: Decode) -> None:
    lights = fade(60, fade_in=10, fade_out=10)
    recipes = [replace(picture, composition=Composition.of(light=light)) for light in lights]
    movie, _ = made(Plan.of(recipes, MOVIE), tmp_path)
    brightness = decoded(movie).mean(axis=(1, 2, 3))
    assert brightness == pytest.approx([light * np.mean(BACKGROUND) for light in lights], abs=4)


def test_labelled_frames_are_each_in_the_movie_once_and_in_order(tmp_path: Path, decoded: Decode) -> None:
    recipes = [
        replace(recipe, composition=Composition.of(gain_ev=0.01 * (number % 3), light=1 - number % 2 * 0.1))
        for number, recipe in enumerate(barcodes.recipes(tmp_path / "pictures", range(200)))
    ]
    ending = [Recipe.of_card(".")] * 30
    movie, _ = made(Plan.of(recipes, barcodes.movie(), ending=ending), tmp_path)
    frames = decoded(movie)
    assert len(frames) == 230
    assert barcodes.numbers(frames[:200]) == list(range(200))
    assert frames[200:].mean() < 10


def test_a_cropped_movie_of_large_jpegs_shows_its_focus_in_every_frame(
    tmp_path: Path, decoded: Decode
) -> None:
    recipes = []
    for number in range(40):
        # Half of the pictures lie on their side, and say so.
        thirds = Image.new("RGB", (1536, 512), (40, 40, 200))
        thirds.paste((200, 40, 40), (0, 0, 512, 512))
        thirds.paste((40, 200, number), (512, 0, 1024, 512))
        exif = Image.Exif()
        if number % 2:
            thirds, exif[0x0112] = thirds.transpose(Image.Transpose.ROTATE_90), 6
        path = tmp_path / f"{number:02}.jpg"
        thirds.save(path, quality=95, exif=exif)
        recipes.append(Recipe.of(path))
    cropped = {
        x: replace(MOVIE, size=Size(128, 128), fit=Fit(mode="cover", focus=Focus(x, 50.0)))
        for x in (0.0, 50.0, 100.0)
    }
    means = {
        x: decoded(made(Plan.of(recipes, movie), tmp_path / str(x))[0])[:, 8:-8, 8:-8].mean(axis=(1, 2))
        for x, movie in cropped.items()
    }
    assert all(len(mean) == 40 for mean in means.values())
    assert np.abs(means[0.0] - (200, 40, 40)).max() < 6
    assert np.abs(means[100.0] - (40, 40, 200)).max() < 6
    assert np.abs(means[50.0] - [(40, 200, number) for number in range(40)]).max() < 6


def test_a_movie_with_blurred_bars_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    movie = replace(barcodes.movie(), size=Size(64, 64), fit=Fit(mode="blurred_bars"))
    recipes = barcodes.recipes(tmp_path / "pictures", range(70))
    one, other = (made(Plan.of(recipes, movie), tmp_path / str(time))[0].read_bytes() for time in range(2))
    assert one == other


def test_another_end_card_encodes_one_segment(tmp_path: Path) -> None:
    recipes = barcodes.recipes(tmp_path / "pictures", range(200))
    plans = [Plan.of(recipes, barcodes.movie(), ending=[Recipe.of_card(text)] * 30) for text in "ab"]
    assert made(plans[0], tmp_path)[1] == len(plans[0].segments)
    assert made(plans[1], tmp_path)[1] == 1
    assert made(plans[1], tmp_path)[1] == 0


def test_a_composed_movie_has_the_same_bytes_each_time(picture: Recipe, tmp_path: Path) -> None:
    recipes = [composed(picture, label=f"Frame {number}", gain_ev=0.2) for number in range(70)]
    movies = [made(Plan.of(recipes, MOVIE), tmp_path / str(time))[0] for time in range(2)]
    one, other = (hashlib.sha256(movie.read_bytes()).hexdigest() for movie in movies)
    assert one == other


def test_a_movie_without_compositions_has_the_keys_that_it_always_had() -> None:
    recipe = Recipe(name="a", path=Path("a"), sha256="ab" * 32)
    assert recipe.decisive == recipe.sha256


def test_composed_plans_survive_json(picture: Recipe) -> None:
    plan = Plan.of([composed(picture, label="a", gain_ev=0.5), picture], MOVIE, ending=[Recipe.of_card("b")])
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    assert len({segment.key for segment in plan.segments}) == 2
