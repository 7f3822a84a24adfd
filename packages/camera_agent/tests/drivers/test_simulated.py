from __future__ import annotations

import pytest
from PIL import Image

from camera_agent.drivers.simulated import SimulatedDriver
from camera_agent.errors import BadInput

SMALL = {"width": 320, "height": 180}


def test_it_takes_a_jpeg_of_the_size_asked_for(tmp_path):
    driver = SimulatedDriver()
    assert driver.open(SMALL).model == "Simulated landscape"
    shot = driver.capture(tmp_path / "shot")
    with Image.open(tmp_path / "shot") as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 180))
    assert shot.filetype == "image/jpeg"
    assert set(shot.exposure) == {"shutter_s", "iso"}
    assert driver.health() == {"battery_percent": 100}
    driver.close()


def test_the_moment_can_be_held_still(tmp_path):
    taken = []
    for _ in range(2):
        driver = SimulatedDriver()
        driver.open({**SMALL, "at": 300.0, "day_s": 600})
        assert driver.capture(tmp_path / "shot").filename == "landscape-1200.jpg"
        taken.append((tmp_path / "shot").read_bytes())
    assert taken[0] == taken[1]


@pytest.mark.parametrize("options", [{"width": 10}, {"height": 100_000}, {"day_s": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(BadInput, match="can't do"):
        SimulatedDriver().open(options)


def test_it_must_be_opened_first(tmp_path):
    with pytest.raises(RuntimeError):
        SimulatedDriver().capture(tmp_path / "shot")
