from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PIL import Image

from camera_agent.drivers.image_analysis import measure
from camera_agent.drivers.simulated import LIMITS, SimulatedDriver
from camera_agent.errors import BadInput
from camera_agent.exposure import Exposure, Ramp, at_interval, flicker, split
from camera_agent.protocol.settings import ExposureSettings

SMALL = {"width": 320, "height": 180}


def test_it_takes_a_jpeg_of_the_size_asked_for(tmp_path):
    driver = SimulatedDriver()
    assert driver.open(SMALL).model == "Simulated landscape"
    image = driver.capture(tmp_path / "image")
    with Image.open(tmp_path / "image") as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 180))
    assert image.filetype == "image/jpeg"
    assert set(image.exposure) == {"shutter_s", "gain", "iso"}
    assert driver.health() == {"battery_percent": 100}
    driver.close()


def test_the_moment_can_be_held_still(tmp_path):
    taken = []
    for _ in range(2):
        driver = SimulatedDriver()
        driver.open({**SMALL, "at": 300.0, "day_s": 600})
        assert driver.capture(tmp_path / "image").filename == "landscape-1200.jpg"
        taken.append((tmp_path / "image").read_bytes())
    assert taken[0] == taken[1]


@pytest.mark.parametrize("options", [{"width": 10}, {"height": 100_000}, {"day_s": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(BadInput, match="can't do"):
        SimulatedDriver().open(options)


def test_it_must_be_opened_first(tmp_path):
    with pytest.raises(RuntimeError):
        SimulatedDriver().capture(tmp_path / "image")


def camera_at(hour: float, exposure=None, **options) -> SimulatedDriver:
    driver = SimulatedDriver()
    assert driver.open(
        {"width": 112, "height": 64, "day_s": 24.0, "at": 48 + hour, **options}
    ).exposure_limits
    driver.set_exposure(exposure)
    return driver


def test_left_to_itself_it_exposes_20_stops_more_by_night_than_at_noon(tmp_path):
    found = []
    for hour in (12, 0):
        reported = camera_at(hour).capture(tmp_path / "image").exposure
        found.append(Exposure(shutter_s=reported["shutter_s"], gain=reported["gain"]).stops)
    assert found[1] - found[0] == pytest.approx(20, abs=0.1)


def test_more_exposure_makes_a_brighter_picture(tmp_path):
    seen = []
    for shutter in (1 / 4000, 1 / 1000, 1 / 250):
        image = camera_at(12, Exposure(shutter_s=shutter)).capture(tmp_path / "image")
        assert image.exposure["shutter_s"] == shutter
        seen.append(measure(tmp_path / "image").luminance)
    assert seen == sorted(seen)
    assert seen[2] > 3 * seen[0]


@pytest.mark.slow
@pytest.mark.parametrize(("first", "last"), [(15.5, 21.5), (3.0, 8.5)], ids=["dusk", "dawn"])
@pytest.mark.parametrize(("steps", "bound"), [(0, 0.02), (3, 0.2)], ids=["continuous", "thirds"])
def test_a_ramp_through_dusk_and_dawn_is_smooth_and_burns_nothing_out(tmp_path, first, last, steps, bound):
    """The bounds that the README states, on pictures one minute apart."""
    driver, limits = camera_at(first), replace(LIMITS, steps=steps)
    settings = at_interval(ExposureSettings(mode="ramp"), 60)
    reported = driver.capture(tmp_path / "image").exposure
    ramp = Ramp(stops=Exposure(shutter_s=reported["shutter_s"], gain=reported["gain"]).stops)
    stops, seen = [], []
    for minute in range(int((last - first) * 60)):
        driver._at = 48 + first + minute / 60
        driver.set_exposure(split(ramp.wanted, limits))
        driver.capture(tmp_path / "image")
        stops.append(ramp.wanted)
        seen.append(measure(tmp_path / "image"))
        ramp = ramp.after(seen[-1], settings, limits)
    steps_made = [abs(after - before) for before, after in itertools.pairwise(stops)]
    assert max(stops) - min(stops) > 12
    assert max(steps_made[1:]) <= (2 / 3 if steps else settings.step_stops) + 1e-9
    assert flicker([one.luminance for one in seen[10:]]) < bound
    assert max(one.clipped for one in seen) < 0.01
