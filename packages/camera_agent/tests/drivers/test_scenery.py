from __future__ import annotations

import numpy as np

from camera_agent.drivers.scenery import SHORE, firs, fractal, jagged, lamps, land, stars


def random():
    return np.random.default_rng(1)


def test_noise_repeats_in_both_directions_without_a_seam():
    noise = fractal(random(), 60, 200, 4)
    seams = np.abs(noise[:, 0] - noise[:, -1]).max(), np.abs(noise[0] - noise[-1]).max()
    steps = np.abs(np.diff(noise, axis=1)).max(), np.abs(np.diff(noise, axis=0)).max()
    assert all(seam <= step * 1.5 for seam, step in zip(seams, steps, strict=True))
    assert (noise.min(), noise.max()) == (0.0, 1.0)


def test_an_outline_fills_its_range():
    line = jagged(random(), 300, points=4, roughness=0.5)
    assert (line.min(), line.max(), line.shape) == (0.0, 1.0, (300,))


def test_firs_that_frame_a_picture_leave_its_middle_free():
    line = firs(random(), 400, count=80, tall=0.5, sides=True)
    assert line[180:220].max() == 0.0
    assert max(line[:40].max(), line[-40:].max()) > 0.1
    assert firs(random(), 400, count=80, tall=0.03).max() > 0.01


def test_land_hides_the_sky_at_the_shore_and_not_at_the_top():
    made = land(random(), 180, 320)
    assert made.cover[-1].min() == 1.0
    assert made.cover[0].max() == 0.0
    assert 0 <= made.far.min() <= made.far.max() <= 1
    assert made.first + len(made.cover) == int(180 * SHORE)


def test_lamps_and_stars_are_in_the_picture():
    found = lamps(random(), 180, 320)
    assert found.rows.max() < 180 * SHORE
    assert (found.lit < found.out).all()
    rows, columns, strength = stars(random(), 180, 320)
    assert 0 <= rows.min() <= rows.max() < 180 * SHORE
    assert columns.max() < 320
    assert strength.min() > 0
