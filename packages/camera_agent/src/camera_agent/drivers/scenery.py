"""What does not move in the simulated landscape: peaks, hills, firs, a village, stars, cloud noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

#: The far shore of the lake, as a share of the picture's height; above it land and sky, below it water.
SHORE = 0.70
ROCK, SNOW, FOREST, MEADOW = (0.17, 0.16, 0.17), (0.86, 0.90, 0.96), (0.035, 0.065, 0.030), (0.11, 0.17, 0.05)
NOISE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """The land's pixels from the row `first` down to the shore.

    `albedo` is its colour, `slope` how much it leans to the right, `far` how much air lies before it (0..1),
    `cover` how much of a pixel it hides of the sky (0 or 1, between at edges).
    """

    first: int
    albedo: Floats
    slope: Floats
    far: Floats
    cover: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamps:
    """Windows of the village: where they are, and the hours at which each is lit and put out."""

    rows: Ints
    columns: Ints
    lit: Floats
    out: Floats


def fractal(
    random: np.random.Generator, height: int, width: int, octaves: int, cells: tuple[int, int] = (3, 3)
) -> Floats:
    """Cloud-like noise from 0 to 1 that repeats in both directions without a seam."""
    total = np.zeros((height, width), dtype=np.float32)
    for octave in range(octaves):
        shape = cells[0] * 2**octave, cells[1] * 2**octave
        grid = random.random(shape, dtype=np.float32)
        total += stretch(grid, height, width) * np.float32(0.54**octave)
    total -= total.min()
    total /= total.max()
    return total


def stretch(grid: Floats, height: int, width: int) -> Floats:
    """A small grid as a smooth picture."""
    rows, columns = grid.shape
    y = np.linspace(0, rows, height, endpoint=False, dtype=np.float32)
    x = np.linspace(0, columns, width, endpoint=False, dtype=np.float32)
    row, column = y.astype(np.int64), x.astype(np.int64)
    down, right = y - row, x - column
    down, right = (down * down * (3 - 2 * down))[:, None], (right * right * (3 - 2 * right))[None, :]
    below, after = (row + 1) % rows, (column + 1) % columns
    top = grid[row][:, column] * (1 - right) + grid[row][:, after] * right
    low = grid[below][:, column] * (1 - right) + grid[below][:, after] * right
    return np.asarray(top * (1 - down) + low * down, dtype=np.float32)


def jagged(random: np.random.Generator, width: int, *, points: int, roughness: float) -> Floats:
    """A mountain's outline, 0 to 1: straight lines between random heights, finer and finer."""
    line = np.zeros(width, dtype=np.float32)
    across = np.linspace(0, 1, width, dtype=np.float32)
    for octave in range(8):
        count = points * 2**octave + 1
        heights = random.random(count, dtype=np.float32)
        line += np.interp(across, np.linspace(0, 1, count), heights).astype(np.float32) * np.float32(
            roughness**octave
        )
    line -= line.min()
    return np.asarray(line / line.max(), dtype=np.float32)


def firs(random: np.random.Generator, width: int, *, count: int, tall: float, sides: bool = False) -> Floats:
    """The outline of a row of firs, in shares of the picture's height."""
    line = np.zeros(width, dtype=np.float32)
    columns = np.arange(width, dtype=np.float32)
    for _ in range(count):
        middle = random.random() * width
        size = tall * (0.55 + 0.45 * random.random())
        if sides:
            # A frame for the picture: tall at its edges, none in the middle.
            size *= max(0.0, abs(middle / width - 0.5) * 2.9 - 0.62)
            if size < tall * 0.08:
                continue
        reach = width * size * (0.075 if sides else 0.13)
        away = np.abs(columns - np.float32(middle)) / np.float32(reach)
        # Branches: the outline goes out and in again some times on its way up.
        fir = np.clip(1 - away - 0.22 * np.abs((away * 6) % 1 - 0.5), 0, 1) * np.float32(size)
        np.maximum(line, fir, out=line)
    return line


def land(random: np.random.Generator, height: int, width: int) -> Land:
    """Two ranges of peaks, a hill with a forest, meadows at the shore."""
    shore, first = int(height * SHORE), int(height * 0.22)
    rows = np.asarray(np.arange(first, shore)[:, None] / height, dtype=np.float32)
    shape = (shore - first, width)
    made = Land(
        first=first,
        albedo=np.zeros((*shape, 3), dtype=np.float32),
        slope=np.zeros(shape, dtype=np.float32),
        far=np.zeros(shape, dtype=np.float32),
        cover=np.zeros(shape, dtype=np.float32),
    )
    grain = fractal(random, *shape, octaves=6, cells=(4, 14))
    for foot, rise, far, points in ((0.62, 0.27, 0.46, 5), (0.67, 0.27, 0.24, 4)):
        outline = jagged(random, width, points=points, roughness=0.47)
        crest = np.asarray(foot - rise * outline, dtype=np.float32)
        _add_peaks(made, rows, crest, grain, height, foot=foot, far=far)
        grain = np.roll(grain, width // 3, axis=1)
    across = np.linspace(0, 2 * math.pi, width, dtype=np.float32)
    hill = (
        np.float32(0.645)
        - np.float32(0.028) * _wave(random, across * 1.3)
        - firs(random, width, count=width // 5, tall=0.030)
    )
    _add(made, rows, hill, _tint(FOREST, grain, 0.9), grain, height, far=0.12)
    meadow = np.asarray(0.680 + 0.012 * _wave(random, across * 2.1), dtype=np.float32)
    _add(made, rows, meadow, _tint(MEADOW, grain, 0.6), grain, height, far=0.05)
    return made


def _wave(random: np.random.Generator, across: Floats) -> Floats:
    return np.asarray(np.sin(across + np.float32(random.random() * 6)), dtype=np.float32)


def _add_peaks(
    made: Land, rows: Floats, crest: Floats, grain: Floats, height: int, *, foot: float, far: float
) -> None:
    """Rock below, snow above a line that the rock's folds break up."""
    up = (foot - rows) / np.float32(0.27)
    snow = np.clip((up + (grain - 0.5) * 0.75 - 0.46) * 6, 0, 1)[:, :, None]
    rock = _tint(ROCK, grain, 0.8)
    forest = np.clip((0.26 - up + (grain - 0.5) * 0.3) * 9, 0, 1)[:, :, None]
    bare = rock + (_tint(FOREST, grain, 0.8) - rock) * forest
    _add(made, rows, crest, bare + (np.array(SNOW, dtype=np.float32) - bare) * snow, grain, height, far=far)


def _add(
    made: Land, rows: Floats, crest: Floats, albedo: Floats, grain: Floats, height: int, *, far: float
) -> None:
    cover = np.clip((rows - crest[None, :]) * height + 0.5, 0, 1).astype(np.float32)
    made.cover[:] = np.maximum(made.cover, cover)
    made.albedo[:] += (albedo - made.albedo) * cover[:, :, None]
    made.slope[:] += (_lean(grain, crest) - made.slope) * cover
    made.far[:] += (np.float32(far) - made.far) * cover


def _lean(grain: Floats, crest: Floats) -> Floats:
    """Folds of the rock, and the flank that the outline itself makes."""
    folds = (np.roll(grain, -2, axis=1) - np.roll(grain, 2, axis=1)) * np.float32(grain.shape[1] / 52)
    width = max(3, crest.size // 60)
    flank = np.convolve(np.gradient(crest), np.ones(width) / width, mode="same") * crest.size * 0.45
    return np.asarray(np.clip(folds + flank[None, :], -1.6, 1.6), dtype=np.float32)


def _tint(colour: tuple[float, float, float], grain: Floats, contrast: float) -> Floats:
    shade = 1 + (grain - np.float32(0.5)) * np.float32(2 * contrast)
    return np.asarray(np.array(colour, dtype=np.float32) * shade[:, :, None], dtype=np.float32)


def lamps(random: np.random.Generator, height: int, width: int) -> Lamps:
    """A village at the shore."""
    count = 60
    middle = width * (0.25 + 0.5 * random.random())
    columns = np.clip(random.normal(middle, width * 0.075, count), 1, width - 2).astype(np.int64)
    rows = (height * (SHORE - 0.004 - 0.028 * random.random(count) ** 2)).astype(np.int64)
    return Lamps(
        rows=rows,
        columns=columns,
        lit=(17.2 + 1.6 * random.random(count)).astype(np.float32),
        out=(21.0 + 3.2 * random.random(count) ** 2).astype(np.float32),
    )


def stars(random: np.random.Generator, height: int, width: int) -> tuple[Ints, Ints, Floats]:
    """Rows, columns and strengths; denser along a band, the milky way."""
    count = width * height // 900
    columns = random.integers(0, width, count)
    band = 0.50 - 0.42 * columns / width + random.normal(0, 0.07, count)
    anywhere = random.random(count) * SHORE
    rows = np.where(random.random(count) < 0.55, band, anywhere)
    rows = (np.clip(rows, 0, SHORE - 0.01) * height).astype(np.int64)
    return rows, columns, (random.random(count) ** 6 * 3.0 + 0.03).astype(np.float32)
