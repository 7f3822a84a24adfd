"""The driver against a double, whose signatures are those that were read from picamera2's source."""

from __future__ import annotations

import importlib
import json
import sys

import pytest
from PIL import Image

from camera_agent.drivers.picamera import PicameraDriver
from camera_agent.errors import BadInput, DriverError
from camera_agent.exposure import Exposure
from tests.command import TESTS
from tests.doubles.signatures import RECORDED, signatures

DOUBLES = TESTS / "doubles"


@pytest.fixture
def double(monkeypatch):
    monkeypatch.syspath_prepend(str(DOUBLES))
    monkeypatch.delitem(sys.modules, "picamera2", raising=False)
    yield importlib.import_module("picamera2")
    sys.modules.pop("picamera2", None)


@pytest.fixture
def opened(double):
    drivers = []

    def open_driver(**options):
        driver = PicameraDriver()
        drivers.append(driver)
        description = driver.open({"width": 64, "height": 48, **options})
        assert description.model == "imx477"
        return driver

    yield open_driver
    for driver in drivers:
        driver.close()


def test_a_picture_of_the_size_asked_for_with_its_exposure(opened, tmp_path):
    image = opened().capture(tmp_path / "image")
    with Image.open(tmp_path / "image") as picture:
        assert (picture.format, picture.size) == ("JPEG", (64, 48))
    assert image.exposure == {"shutter_s": 0.02, "gain": 2.0, "lux": 400.0, "sensor_celsius": 31.0}


def test_a_negative_is_kept_beside_when_a_folder_is_given_for_it(opened, tmp_path):
    opened(raw=str(tmp_path / "raw")).capture(tmp_path / "image")
    [negative] = (tmp_path / "raw").iterdir()
    assert negative.name.endswith("-picamera-000001.dng")


def test_without_such_a_folder_there_is_no_raw_stream_that_takes_buffers(opened):
    assert "raw" not in opened()._camera.config


def test_a_folder_for_negatives_that_cant_be_made_is_refused(double, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="can't be made"):
        PicameraDriver().open({"raw": str(tmp_path / "file" / "raw")})
    double.Picamera2.is_open = False


def test_an_exposure_is_requested_and_waited_for_and_the_automatics_come_back(opened, double, tmp_path):
    driver = opened(settle_s=0)
    driver.set_exposure(Exposure(shutter_s=0.25, gain=4.0))
    exposure = driver.capture(tmp_path / "image").exposure
    assert (exposure["shutter_s"], exposure["gain"]) == (0.25, 4.0)
    driver.set_exposure(None)
    for _ in range(3):
        driver.capture(tmp_path / "image")
    assert driver._camera._now["AeEnable"] is True


def test_it_says_how_its_sensor_can_be_exposed(double):
    limits = PicameraDriver().open({"width": 64, "height": 48}).exposure_limits
    assert (limits.shortest_s, limits.gain, limits.steps) == (60e-6, (1.0, 22.2), 0)
    assert limits.longest_s > 600


def test_a_frame_taken_before_the_controls_arrived_is_not_accepted(opened, tmp_path):
    driver = opened(controls="ExposureTime=5000, AnalogueGain=1.0", settle_s=0)
    assert driver.capture(tmp_path / "image").exposure["shutter_s"] == 0.005


def test_locking_keeps_what_was_found_while_settling(opened, double, tmp_path):
    driver = opened(lock=True)
    for _ in range(3):
        driver.capture(tmp_path / "image")
    camera = driver._camera
    assert camera._now["AeEnable"] is False
    assert camera._now["ExposureTime"] == 20_000


@pytest.mark.slow
def test_a_thousand_frames_leak_no_buffer(opened, tmp_path):
    driver = opened()
    for _ in range(1000):
        driver.capture(tmp_path / "image")
    assert driver._camera.captured_at == 0


def test_controls_that_never_arrive_are_an_error_not_an_endless_wait(opened, tmp_path):
    driver = opened(controls="ExposureTime=5000")
    driver._camera._pending.clear()
    driver._camera._now["ExposureTime"] = 7000
    with pytest.raises(DriverError, match="does not take the controls"):
        driver.capture(tmp_path / "image")


def test_its_health_is_the_sensors_temperature(opened):
    assert opened().health() == {"sensor_celsius": 31.0}


def test_a_camera_that_is_not_there_is_reported(double):
    with pytest.raises(DriverError, match="no camera 1: 1 were found"):
        PicameraDriver().open({"camera": 1})


def test_a_camera_that_another_holds_is_reported(double, opened):
    opened()
    with pytest.raises(DriverError, match="fuser"):
        PicameraDriver().open({})


def test_without_picamera2_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(BadInput, match="apt install python3-picamera2"):
        PicameraDriver().open({})


def test_the_doubles_signatures_are_those_of_the_real_one():
    real = json.loads(RECORDED.read_text())
    assert real["release"] == "picamera2-0.3.38"
    ours = signatures(DOUBLES / "picamera2.py")
    ours.pop("CompletedRequest.__init__", None)
    assert ours == real["signatures"]
