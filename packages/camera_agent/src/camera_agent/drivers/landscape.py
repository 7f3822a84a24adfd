"""A lake below mountains; sun, moon, clouds, shadows and noise follow the hour. Deterministic by its seed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from camera_agent.drivers.daylight import CelestialBody, Palette, daylight, moon, palette, smooth, sun
from camera_agent.drivers.scenery import NOISE, SHORE, Floats, Ints, fractal, lamps, land, stars
from camera_agent.drivers.scenery import firs as fir_line

Pixels = NDArray[np.uint8]

#: The shore in the foreground, as a share of the height.
NEAR = 0.945
#: Stops of under-exposure that make a night look like one.
NIGHT = 0.35


class Landscape:
    """One seed's world; `draw` shows it at a time given in days, exposed right or by some stops off."""

    def __init__(self, *, width: int, height: int, seed: int) -> None:
        self.width, self.height, self.seed = width, height, seed
        random = np.random.default_rng(seed)
        self._shore = int(height * SHORE)
        # The sky is soft: half the size in each direction is a quarter of the work.
        rows, columns = (self._shore + 1) // 2, width // 2
        self._row = (np.arange(rows, dtype=np.float32) / (height / 2))[:, None]
        self._column = (np.arange(columns, dtype=np.float32) / columns)[None, :]
        self._aspect = width / height
        self._clouds = fractal(random, NOISE, NOISE, 7)
        self._wisps = fractal(random, NOISE, NOISE, 6, cells=(5, 5))
        self._plane = _cloud_plane(rows, columns, self._aspect)
        self._land = land(random, height, width)
        self._lamps = lamps(random, height, width)
        self._stars = stars(random, height, width)
        self._water = _water(random, height - self._shore, width)
        self._firs = _foreground(random, height, width)
        self._grain = random.integers(-127, 128, (height, width), dtype=np.int8)

    def draw(self, days: float, *, off_stops: float = 0.0) -> Pixels:
        """The picture at a time, height x width x 3, sRGB; `off_stops` off the exposure that is right."""
        star, light = sun(days), daylight(days)
        colours = palette(star.height)
        picture = np.empty((self.height, self.width, 3), dtype=np.float32)
        sky = self._sky(days, star, colours, light)
        picture[: self._shore] = np.repeat(np.repeat(sky, 2, axis=0), 2, axis=1)[: self._shore]
        self._add_stars(picture, light)
        self._add_land(picture, days, star, colours, light)
        self._add_lamps(picture, days)
        self._add_water(picture, days, colours, light)
        picture *= self._firs[:, :, None]
        return self._develop(picture, days, light, off_stops)

    def _sky(self, days: float, star: CelestialBody, colours: Palette, light: float) -> Floats:
        down = (np.clip(self._row / 0.62, 0, 1) ** 1.7)[:, :, None]
        top, low = _colour(colours.top), _colour(colours.low)
        sky = top + (low - top) * down + np.zeros_like(self._column)[:, :, None]
        away = np.hypot((self._column - star.x) * self._aspect, self._row - star.y)
        # Dusk glows where the sun is, and is dull on the other side.
        dusk = math.exp(-((star.height / 0.24) ** 2))
        sky *= (1 - dusk * 0.45 * np.clip(away - 0.25, 0, 1.2))[:, :, None]
        glow = np.exp(-away * 3.6) * 0.42 + np.exp(-away * 15) * 0.75
        sky += glow[:, :, None] * _colour(colours.sun) * smooth(-0.30, 0.02, star.height)
        self._add_moon(sky, days, light)
        self._add_clouds(sky, days, colours, light, away)
        disc = np.clip((0.024 - away) * 220, 0, 1) * smooth(-0.06, 0.0, star.height)
        sky += disc[:, :, None] * _colour(colours.sun) * 2.2
        return np.asarray(sky, dtype=np.float32)

    def _add_moon(self, sky: Floats, days: float, light: float) -> None:
        body, night = moon(days), 1 - smooth(0.0, 0.6, light)
        if night <= 0 or body.height < -0.1:
            return
        away = np.hypot((self._column - body.x) * self._aspect, self._row - body.y)
        disc = np.clip((0.019 - away) * 240, 0, 1) * 0.55 + np.exp(-away * 9) * 0.05
        disc += np.exp(-away * 38) * 0.10
        strength = night * smooth(-0.1, 0.05, body.height)
        sky += (disc * np.float32(strength))[:, :, None] * np.array((0.95, 0.97, 1.0), dtype=np.float32)

    def _add_clouds(self, sky: Floats, days: float, colours: Palette, light: float, away: Floats) -> None:
        down, across, fades = self._plane
        drift = int(days * NOISE * 1.6)
        body = self._clouds[down, (across + drift) % NOISE]
        wisps = self._wisps[(down * 2) % NOISE, (across * 2 + drift * 3) % NOISE]
        cover = 0.555 - 0.085 * math.sin(days * 2 * math.pi * 1.3 + self.seed)
        dense = np.clip((body * 0.66 + wisps * 0.34 - cover) * 6.5, 0, 1) * fades
        # Thick clouds are grey below; near the sun their edges shine.
        thick = np.clip((body * 0.45 + wisps * 0.55 - cover + 0.05) * 3.4, 0, 1)
        shade = 1.04 - thick * (0.46 * light + 0.16) + np.exp(-away * 4.5) * 0.55 * (1 - dense)
        sky += (_colour(colours.cloud) * shade[:, :, None] - sky) * (dense * 0.88)[:, :, None]

    def _add_stars(self, picture: Floats, light: float) -> None:
        rows, columns, strength = self._stars
        dark = 1 - smooth(0.0, 0.22, light)
        if dark > 0:
            behind = picture[rows, columns].mean(axis=1)
            seen = strength * np.clip(0.11 - behind, 0, 0.08) * np.float32(14 * dark)
            picture[rows, columns] += seen[:, None]

    def _add_land(
        self, picture: Floats, days: float, star: CelestialBody, colours: Palette, light: float
    ) -> None:
        part = self._land
        behind = picture[part.first : self._shore]
        direct, east = smooth(-0.03, 0.22, star.height), np.float32((0.5 - star.x) * 2.3)
        lit = np.clip(0.70 + part.slope * (east + 0.30), 0.05, 2.0) * np.float32(direct)
        moonlight = np.float32(0.016 * (1 - light))
        drift = int(days * NOISE * 1.6)
        over = self._clouds[NOISE // 3, (np.arange(self.width) * 2 * NOISE // self.width + drift) % NOISE]
        lit *= 1 - np.clip((over - 0.52) * 3.5, 0, 0.55)[None, :]
        sky_light = _colour(colours.top) * 0.55 + _colour(colours.low) * 0.25
        shown = part.albedo * (lit[:, :, None] * _colour(colours.sun) * 0.95 + sky_light + moonlight)
        mist = _colour(colours.low) * 0.72 + _colour(colours.top) * 0.28
        morning = smooth(-0.1, 0.05, star.height) * (1 - smooth(0.1, 0.45, star.height)) * (days % 1 < 0.5)
        low = np.linspace(0, 1, shown.shape[0], dtype=np.float32)[:, None] ** 9
        far = np.clip(part.far * np.float32(0.85) + low * np.float32(0.5 * morning), 0, 1)[:, :, None]
        shown += (mist - shown) * far
        behind += (shown - behind) * part.cover[:, :, None]

    def _add_lamps(self, picture: Floats, days: float) -> None:
        hour, found = days % 1 * 24, self._lamps
        evening = (hour > found.lit) & (hour < found.out)
        late = (found.out > 24) & (hour < found.out - 24)
        early = (hour > found.lit - 12) & (hour < 7.0)
        on = evening | late | early
        warm = np.array((1.5, 0.80, 0.28), dtype=np.float32)
        for down, across, share in ((0, 0, 1.0), (0, 1, 0.45), (1, 0, 0.35), (0, -1, 0.45), (-1, 0, 0.25)):
            picture[found.rows[on] + down, found.columns[on] + across] += warm * np.float32(share)

    def _add_water(self, picture: Floats, days: float, colours: Palette, light: float) -> None:
        """The lake mirrors what stands above it, broken by ripples that grow towards us."""
        rows, bend, tint = self._water
        waves = np.roll(bend, int(days * 90_000) % self.width, axis=1)
        above = self._shore - 1 - np.clip(rows + waves, 0, self._shore - 1)
        aside = np.clip(np.arange(self.width)[None, :] + waves // 3, 0, self.width - 1)
        mirrored = picture[above, aside]
        deep = _colour(colours.top) * 0.10 + np.array((0.0, 0.004, 0.008), dtype=np.float32) * light
        picture[self._shore :] = mirrored * tint[:, :, None] + deep

    def _develop(self, picture: Floats, days: float, light: float, off_stops: float) -> Pixels:
        night = 1 - light
        picture *= np.float32((1.05 + 2.4 * night * night) * 2.0 ** (off_stops - NIGHT * night))
        tone = picture / (picture * np.float32(0.60) + np.float32(0.58))
        np.sqrt(tone, out=tone)
        # Sensors are noisy in the dark: the grain is a stored pattern, shifted by the moment.
        shift = int(days * 1e6) * 7919 % (self.width * self.height)
        grain = np.roll(self._grain.reshape(-1), shift).reshape(self.height, self.width)
        tone += (grain * np.float32((0.008 + 0.030 * night) / 255))[:, :, None]
        tone *= np.float32(255)
        np.clip(tone, 0, 255, out=tone)
        return tone.astype(np.uint8)


def _colour(values: tuple[float, float, float]) -> Floats:
    return np.array(values, dtype=np.float32)


def _cloud_plane(rows: int, columns: int, aspect: float) -> tuple[Ints, Ints, Floats]:
    """Where each pixel of the sky looks at on a flat layer of clouds: they shrink towards the horizon."""
    below = 0.80 - np.arange(rows) / rows * 0.66
    distance = 0.40 / below
    down = (distance * NOISE * 0.95).astype(np.int64)[:, None] % NOISE
    side = (np.arange(columns) / columns - 0.5)[None, :] * aspect
    across = (side * distance[:, None] * NOISE * 0.72).astype(np.int64) % NOISE
    fades = np.clip((below - 0.16) * 3.2, 0, 1).astype(np.float32)[:, None]
    return np.broadcast_to(down, across.shape), across, fades


def _water(random: np.random.Generator, height: int, width: int) -> tuple[Ints, Ints, Floats]:
    """For each row of the lake the one above the shore that it mirrors; for each pixel its bend and tint."""
    near = (np.arange(height) / height)[:, None]
    waves = fractal(random, height, width, 5, cells=(14, 5)) - 0.5
    bend = (waves * (0.10 + near) * height * 0.34).astype(np.int64)
    rows = (np.arange(height)[:, None] * 1.9).astype(np.int64)
    return rows, bend, (0.88 - 0.40 * near + waves * 0.20).astype(np.float32)


def _foreground(random: np.random.Generator, height: int, width: int) -> Floats:
    """1 where one sees, nearly 0 behind the firs at both sides and the bank at our feet."""
    across = np.linspace(0, 1, width, dtype=np.float32)
    big = fir_line(random, width, count=60, tall=0.50, sides=True)
    bank = NEAR + 0.03 * np.sin(across * 5 + random.random() * 6)
    crest = np.minimum(bank, 0.99) - np.maximum(big, 0.006 * random.random(width, dtype=np.float32))
    rows = np.arange(height, dtype=np.float32)[:, None] / height
    return np.asarray(1 - 0.985 * np.clip((rows - crest[None, :]) * height, 0, 1), dtype=np.float32)
