from __future__ import annotations

import pytest

from camera_agent.capture.camera import Camera
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import BadInput, DriverError, DriverLost
from camera_agent.protocol.settings import ExposureSettings
from tests.command import TESTS
from tests.conftest import jpeg


@pytest.fixture
def camera(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    made = []

    def make(name: str, **options: str) -> Camera:
        driver = name if options else f"tests.drivers.faulty_drivers:{name}"
        process = DriverProcess(driver, options or {"count": str(tmp_path / "count")})
        made.append(Camera(process))
        return made[-1]

    yield make
    for one in made:
        one.close()


def pid(camera: Camera) -> int | None:
    return camera._process.pid


def test_it_is_opened_by_its_first_picture_and_kept_open(camera, tmp_path):
    good = camera("Good")
    assert good.health() == {}
    good.take_picture(tmp_path / "image", interval_s=1.0)
    first = pid(good)
    good.take_picture(tmp_path / "image", interval_s=1.0)
    assert pid(good) == first
    assert good.health() == {"battery_percent": 50}


def test_after_a_crash_it_has_a_new_process(camera, tmp_path):
    crashing = camera("Crashes")
    crashing.take_picture(tmp_path / "image", interval_s=1.0)
    with pytest.raises(DriverLost):
        crashing.take_picture(tmp_path / "image", interval_s=1.0)
    assert crashing.health() == {}
    assert crashing.take_picture(tmp_path / "image", interval_s=1.0).filename == "3.jpg"


def test_a_process_that_ended_before_its_first_picture_costs_none(camera, tmp_path):
    good = camera("Good")
    good.ensure_open()
    first = pid(good)
    good._process.kill()
    assert good.take_picture(tmp_path / "image", interval_s=1.0).filename == "1.jpg"
    assert pid(good) != first


def test_a_camera_that_refuses_three_times_gets_a_fresh_process(camera, tmp_path):
    refusing = camera("RefusesThrice")
    refusing.take_picture(tmp_path / "image", interval_s=1.0)
    first, pids = pid(refusing), []
    for _ in range(3):
        with pytest.raises(DriverError):
            refusing.take_picture(tmp_path / "image", interval_s=1.0)
        pids.append(pid(refusing))
    assert set(pids) == {first}
    refusing.take_picture(tmp_path / "image", interval_s=1.0)
    assert pid(refusing) != first


def test_options_that_cant_work_are_bad_input_at_the_first_opening_and_trouble_later(camera, tmp_path):
    source = tmp_path / "a.jpg"
    source.write_bytes(jpeg())
    replay = camera("replay", source=str(source))
    assert replay.take_picture(tmp_path / "image", interval_s=1.0).filename == "a.jpg"
    assert replay.take_picture(tmp_path / "image", interval_s=1.0) is None
    source.unlink()  # the drive was pulled out
    with pytest.raises(DriverError, match="There is no") as caught:
        replay.take_picture(tmp_path / "image", interval_s=1.0)
    assert not isinstance(caught.value, BadInput)
    source.write_bytes(jpeg())
    assert replay.take_picture(tmp_path / "image", interval_s=1.0).filename == "a.jpg"
    source.unlink()
    with pytest.raises(BadInput):
        camera("replay", source=str(source)).ensure_open()


def test_a_fresh_process_is_reported_its_exposure_again(camera, tmp_path):
    exposed = camera("Exposed")
    exposed.set_exposure_settings(ExposureSettings(mode="locked", shutter_s=0.5), bulb_s=0.0)
    assert exposed.take_picture(tmp_path / "image", interval_s=1.0).exposure["shutter_s"] == 0.5
    exposed._process.kill()
    assert exposed.take_picture(tmp_path / "image", interval_s=1.0).exposure["shutter_s"] == 0.5
    exposed.set_exposure_settings(ExposureSettings(mode="locked", shutter_s=0.25), bulb_s=0.0)
    assert exposed.take_picture(tmp_path / "image", interval_s=1.0).exposure["shutter_s"] == 0.25
    assert exposed.problem == ""


def test_one_that_was_never_steered_has_no_problem(camera):
    assert camera("Good").problem == ""
