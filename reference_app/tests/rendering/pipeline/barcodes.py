"""Pictures with their number as black and white cells, so that order and count are read from a movie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat, Recipe
from timelapse.rendering.pipeline.rate import exact_rate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

#: The files of a rendered movie.
PUBLISHED = ["movie.mp4", "poster.jpg", "sprite.jpg", "thumbnails.vtt"]
SIZE = Size(64, 32)
BITS = 16
#: A frame every two seconds, from a moment that is no border of anything.
BEGIN_US, EVERY_US = 1_764_000_123_456_789, 2_000_000


def movie(fps: float = 30) -> MovieFormat:
    return MovieFormat(size=SIZE, rate=exact_rate(fps))


def pixels(number: int) -> NDArray[np.uint8]:
    bits = [255 * (number >> bit & 1) for bit in range(BITS)]
    cells = np.array(bits, np.uint8).reshape(2, 8)
    return np.repeat(np.repeat(np.repeat(cells, 16, axis=0), 8, axis=1)[:, :, None], 3, axis=2)


def recipes(folder: Path, numbers: Iterable[int]) -> list[Recipe]:
    """Pictures of these numbers, each captured at its number's time."""
    folder.mkdir(exist_ok=True)
    made = []
    for number in numbers:
        path = folder / f"{number:05}.png"
        if not path.exists():
            Image.fromarray(pixels(number)).save(path)
        recipe = Recipe.of(path)
        made.append(
            Recipe(
                name=recipe.name,
                path=path,
                sha256=recipe.sha256,
                captured_us=BEGIN_US + EVERY_US * number,
            )
        )
    return made


def numbers(frames: NDArray[np.uint8]) -> list[int]:
    """Read the numbers from decoded frames (count, height, width, 3)."""
    cells = frames.mean(axis=3).reshape(len(frames), 2, 16, 8, 8).mean(axis=(2, 4)) > 127
    return [sum(int(bit) << place for place, bit in enumerate(one.reshape(-1))) for one in cells]
