"""A landscape whose sun, clouds, shadows and noise follow the hour. Deterministic by its seed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

#: Colours are linear light, red green blue, 0 to about 1.
NIGHT_TOP, NIGHT_LOW = (0.004, 0.007, 0.022), (0.012, 0.018, 0.040)
DAY_TOP, DAY_LOW = (0.08, 0.22, 0.62), (0.52, 0.68, 0.88)
DUSK_TOP, DUSK_LOW = (0.10, 0.11, 0.30), (0.95, 0.40, 0.13)
SUN_HIGH, SUN_LOW = (1.0, 0.96, 0.88), (1.0, 0.50, 0.20)
#: From the farthest ridge to the nearest meadow: colour, where it stands (0 top, 1 bottom), swing, waves.
RIDGES = (
    ((0.24, 0.32, 0.40), 0.56, 0.080, 2.2),
    ((0.15, 0.24, 0.24), 0.64, 0.070, 3.6),
    ((0.10, 0.19, 0.11), 0.73, 0.055, 5.0),
    ((0.08, 0.15, 0.05), 0.84, 0.045, 3.0),
)


def colour(*values: float) -> Floats:
    """Three floats as an array."""
    return np.array(values, dtype=np.float32)


def smooth(low: float, high: float, value: float) -> float:
    """0 below `low`, 1 above `high`, a smooth step between."""
    x = min(1.0, max(0.0, (value - low) / (high - low)))
    return x * x * (3 - 2 * x)


def fractal(random: np.random.Generator, height: int, width: int, octaves: int) -> Floats:
    """Cloud-like noise from 0 to 1 that repeats sideways without a seam."""
    total = np.zeros((height, width), dtype=np.float32)
    for octave in range(octaves):
        rows, columns = 3 * 2**octave, 4 * 2**octave
        grid = random.random((rows + 1, columns), dtype=np.float32)
        total += _stretch(grid, height, width) * np.float32(0.55**octave)
    total -= total.min()
    total /= total.max()
    return total


def _stretch(grid: Floats, height: int, width: int) -> Floats:
    rows, columns = grid.shape[0] - 1, grid.shape[1]
    y = np.linspace(0, rows, height, endpoint=False, dtype=np.float32)
    x = np.linspace(0, columns, width, endpoint=False, dtype=np.float32)
    row, column = y.astype(int), x.astype(int)
    down, right = y - row, x - column
    down, right = (down * down * (3 - 2 * down))[:, None], (right * right * (3 - 2 * right))[None, :]
    after = (column + 1) % columns
    top = grid[row][:, column] * (1 - right) + grid[row][:, after] * right
    low = grid[row + 1][:, column] * (1 - right) + grid[row + 1][:, after] * right
    return np.asarray(top * (1 - down) + low * down, dtype=np.float32)


class Landscape:
    """Ridges, a lake, clouds and stars of one seed; `draw` shows them at a time given in days."""

    def __init__(self, *, width: int, height: int, seed: int) -> None:
        self.width, self.height, self.seed = width, height, seed
        random = np.random.default_rng(seed)
        # The sky is soft: half the size in each direction is a quarter of the work.
        rows, columns = height // 2, width // 2
        self._row = np.linspace(0, 1, rows, endpoint=False, dtype=np.float32)[:, None]
        self._column = np.linspace(0, 1, columns, endpoint=False, dtype=np.float32)[None, :]
        self._aspect = width / height
        self._clouds = fractal(random, rows, columns * 2, 6)
        self._wisps = fractal(random, rows, columns * 2, 5)
        self._stars = _stars(random, height, width)
        self._ground, self._slope, self._far = _ground(random, height, width)
        self._grain = random.integers(-128, 128, (2, height, width), dtype=np.int8)

    def sun(self, days: float) -> tuple[float, float, float]:
        """Height of the sun (-1 midnight, 1 noon), and its place (0..1 from the left, from the top)."""
        angle = 2 * math.pi * (days % 1 - 0.25)
        height = math.sin(angle)
        return height, 0.5 - 0.42 * math.cos(angle), 0.62 - 0.5 * height

    def daylight(self, days: float) -> float:
        """How bright the day is, 0 to 1."""
        return smooth(-0.18, 0.35, self.sun(days)[0])

    def draw(self, days: float) -> Pixels:
        """The picture at a time, height x width x 3, sRGB."""
        height, _, _ = self.sun(days)
        light, glow = self.daylight(days), _glow(height)
        picture = self._sky(days, light, glow)
        sky_light = picture[: self.height // 3].mean(axis=(0, 1))
        self._add_stars(picture, light)
        self._add_ground(picture, days, light, glow, sky_light)
        return self._develop(picture, days, light)

    def _sky(self, days: float, light: float, glow: float) -> Floats:
        height, x, y = self.sun(days)
        top = (
            _blend(colour(*NIGHT_TOP), colour(*DAY_TOP), light) * (1 - glow * 0.6)
            + colour(*DUSK_TOP) * glow * 0.6
        )
        low = _blend(colour(*NIGHT_LOW), colour(*DAY_LOW), light) * (1 - glow) + colour(*DUSK_LOW) * glow
        down = np.clip(self._row / 0.62, 0, 1)[:, :, None] ** 1.5
        sky = top + (low - top) * down + np.zeros_like(self._column)[:, :, None]
        distance = np.hypot((self._column - x) * self._aspect, self._row - y)
        sun = _blend(colour(*SUN_LOW), colour(*SUN_HIGH), smooth(0.0, 0.4, height))
        above = smooth(-0.25, 0.05, height)
        halo = np.exp(-distance * 5) * 0.5 + np.exp(-distance * 22) * 0.9
        sky += (halo * above)[:, :, None] * sun
        self._add_clouds(sky, days, light, glow, sun, halo)
        disc = np.clip((0.026 - distance) * 180, 0, 1) * smooth(-0.12, -0.02, height)
        sky += disc[:, :, None] * sun * 3
        return np.repeat(np.repeat(sky, 2, axis=0), 2, axis=1).astype(np.float32)

    def _add_clouds(
        self, sky: Floats, days: float, light: float, glow: float, sun: Floats, halo: Floats
    ) -> None:
        columns = sky.shape[1]
        cover = 0.50 + 0.10 * math.sin(days * 2 * math.pi * 1.7 + self.seed)
        body = (
            _window(self._clouds, days * 2.3, columns) * 0.75
            + _window(self._wisps, days * 5.1, columns) * 0.25
        )
        dense = np.clip((body - cover) * 4.5, 0, 1) * np.clip(1.15 - self._row * 1.4, 0, 1)
        lit = _blend(colour(0.02, 0.025, 0.04), colour(0.92, 0.93, 0.95), light) + sun * (glow * 0.45)
        shade = (1 - dense * 0.35 + halo * 0.5)[:, :, None]
        sky += (lit * shade - sky) * (dense * 0.85)[:, :, None]

    def _add_stars(self, picture: Floats, light: float) -> None:
        rows, columns, strength = self._stars
        visible = (
            (1 - smooth(0.0, 0.25, light)) * np.clip(0.35 - picture[rows, columns].mean(axis=1), 0, 0.35) * 2
        )
        picture[rows, columns] += (strength * visible)[:, None]

    def _add_ground(self, picture: Floats, days: float, light: float, glow: float, sky_light: Floats) -> None:
        height, x, _ = self.sun(days)
        direct = smooth(-0.02, 0.25, height)
        # Slopes that face the sun are bright, the others lie in shadow; the lower the sun, the harder.
        facing = 1 + self._slope * np.float32((0.5 - x) * 3.2 * direct)
        drift = _window(self._clouds, days * 2.3 + 0.31, self.width // 2)
        shadow = 1 - 0.45 * direct * np.clip((np.repeat(drift[-1], 2) - 0.45) * 4, 0, 1)
        warm = colour(1.0, 0.55, 0.30) * glow + colour(1.0, 0.97, 0.90) * (1 - glow)
        sun = np.clip(facing, 0.15, 2.2) * shadow[None, :] * np.float32(direct * 1.25)
        lamp = self._ground * (sun[:, :, None] * warm + sky_light * 0.9 + np.float32(0.006))
        haze = (
            _blend(colour(*NIGHT_LOW), colour(*DAY_LOW), light) * (1 - glow * 0.6)
            + colour(*DUSK_LOW) * glow * 0.4
        )
        lamp += (haze * np.float32(0.75) - lamp) * self._far[:, :, None]
        land = self._ground[:, :, 0] > 0
        picture[land] = lamp[land]

    def _develop(self, picture: Floats, days: float, light: float) -> Pixels:
        exposed = picture * np.float32(1.0 + 1.6 * (1 - light))
        tone = np.sqrt(exposed / (exposed * np.float32(0.55) + np.float32(0.62)))
        tone *= np.float32(255)
        # Sensors are noisy in the dark: the grain is a stored pattern, shifted by the moment.
        shift = int(days * 1e6) * 7919 % (self.width * self.height)
        grain = np.roll(self._grain[shift % 2].reshape(-1), shift).reshape(self.height, self.width)
        tone += (grain.astype(np.float32) * np.float32(0.012 + 0.05 * (1 - light)))[:, :, None]
        return np.clip(tone, 0, 255).astype(np.uint8)


def _glow(height: float) -> float:
    """How much dawn or dusk there is: most just around the horizon."""
    return math.exp(-((height / 0.22) ** 2))


def _blend(one: Floats, other: Floats, share: float) -> Floats:
    return np.asarray(one + (other - one) * np.float32(share), dtype=np.float32)


def _window(texture: Floats, turn: float, columns: int) -> Floats:
    """`columns` columns of an endless texture, moved by `turn` of its width."""
    start = int(turn % 1 * texture.shape[1])
    return np.concatenate([texture[:, start:], texture[:, :start]], axis=1)[:, :columns]


def _stars(
    random: np.random.Generator, height: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    count = width * height // 2500
    rows, columns = random.integers(0, int(height * 0.6), count), random.integers(0, width, count)
    return rows, columns, (random.random(count) ** 4 * 2.5 + 0.05).astype(np.float32)


def _ground(random: np.random.Generator, height: int, width: int) -> tuple[Floats, Floats, Floats]:
    """Colour of the ground (0 where there is sky), its slope from left to right, its distance (0..1)."""
    ground = np.zeros((height, width, 3), dtype=np.float32)
    slope, far = np.zeros((height, width), dtype=np.float32), np.zeros((height, width), dtype=np.float32)
    texture = fractal(random, height, width, 7)
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    across = np.linspace(0, 2 * math.pi, width, dtype=np.float32)
    for number, (tint, line, swing, waves) in enumerate(RIDGES):
        shape = np.zeros(width, dtype=np.float32)
        for octave in range(7):
            phase = random.random() * 2 * math.pi
            shape += np.sin(across * waves * 1.9**octave + phase) * np.float32(0.5**octave)
        crest = line - shape / 2 * swing
        inside = rows >= crest[None, :]
        ground[inside] = (colour(*tint) * (0.55 + 0.9 * texture[:, :, None]))[inside]
        # Folds of the ground: the noise leans against the light, finer in the distance.
        folds = np.roll(texture, number * width // 5, axis=1)
        tilt = (np.roll(folds, -3, axis=1) - np.roll(folds, 3, axis=1)) * np.float32(5.0 + 2.0 * number)
        slope[inside] = np.asarray(tilt, dtype=np.float32)[inside]
        far[inside] = (0.62, 0.36, 0.15, 0.0)[number]
    return ground, slope, far
