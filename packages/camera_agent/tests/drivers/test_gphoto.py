"""The driver against the real libgphoto2 and its virtual camera, whose card fills up after 26 pictures."""

from __future__ import annotations

from contextlib import closing

import pytest

from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import BadInput, DriverError
from camera_agent.exposure import Exposure
from tests.conftest import jpeg

pytest.importorskip("gphoto2")


@pytest.fixture
def camera(card):
    processes = []

    def open_camera(**options) -> DriverProcess:
        process = DriverProcess("gphoto2", options)
        processes.append(process)
        process.open()
        return process

    yield open_camera
    for process in processes:
        process.close()


def test_a_picture_is_taken_and_downloaded_byte_for_byte(camera, tmp_path):
    image = camera().capture(tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == jpeg(77)
    assert (image.filetype, image.filename[-4:]) == ("image/jpeg", ".JPG")


def test_settings_are_made_and_reported_with_each_picture(camera, tmp_path):
    process = camera(aperture="f/4", shutter="0.0050s", target="Memory card", config="autofocus=Off")
    exposure = process.capture(tmp_path / "image").exposure
    assert exposure == {"aperture": "f/4", "shutter": "0.0050s", "shutter_s": 0.005, "gain": 1.0}


def test_an_exposure_is_set_to_the_nearest_that_the_camera_has_and_read_back(camera, tmp_path):
    process = camera()
    limits = process.description.exposure_limits
    assert (limits.longest_s, limits.steps) == (1.0, 3)
    process.set_exposure(Exposure(shutter_s=0.9))
    assert process.capture(tmp_path / "image").exposure["shutter_s"] == 1.0
    process.set_exposure(None)
    assert process.capture(tmp_path / "image").exposure["shutter_s"] == 1.0


def test_a_raw_twin_is_left_on_the_card_unless_there_is_a_folder_for_it(card, tmp_path):
    """The virtual camera takes JPEGs alone, so its files are distinguished by their content."""
    (card / "a.jpg").write_bytes(b"II*\0 a negative")
    for options, kept in (({}, []), ({"raw": str(tmp_path / "raw")}, ["JPG"])):
        with closing(DriverProcess("gphoto2", options)) as process:
            process.open()
            with pytest.raises(DriverError, match="none is a JPEG"):
                process.capture(tmp_path / "image")
        raw = tmp_path / "raw"
        assert [path.suffix[1:] for path in raw.glob("*")] == kept


def test_the_battery_is_reported(camera):
    assert camera().health() == {"battery": "50%", "battery_percent": 50}


def test_a_card_that_fills_up_costs_nothing(camera, tmp_path):
    process = camera()
    pid = process.pid
    for _ in range(30):
        assert process.capture(tmp_path / "image") is not None
    assert process.pid == pid


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"aperture": "f/99"}, "can't be 'f/99'. Did you mean 'f/9'"),
        ({"shutter": "9.0s"}, "'shutterspeed' can't be '9.0s'. It can be: 1.0000s"),
        ({"iso": "100"}, "no setting for 'iso'"),
        ({"config": "nope=1"}, "no setting 'nope'"),
        ({"config": "imagesize=640x480"}, "be read, not set"),
        ({"config": "fastfs"}, "is no setting of a camera"),
    ],
)
def test_a_setting_that_would_crash_or_be_ignored_by_the_library_is_refused(camera, options, message):
    with pytest.raises(BadInput, match=message.replace(".", r"\.")):
        camera(**options)


def test_a_camera_that_is_not_there_is_reported_with_those_that_are(camera):
    with pytest.raises(
        DriverError, match=r"no camera at usb:009,009 \(found: Nikon DSC D750 at usb:001,001\)"
    ):
        camera(port="usb:009,009")


def test_pictures_may_stay_on_the_card(camera, tmp_path):
    process = camera(keep=True)
    assert process.capture(tmp_path / "image").filename != process.capture(tmp_path / "image").filename


def test_the_driver_closes_what_it_opened(camera, tmp_path):
    with closing(camera()) as first:
        first.capture(tmp_path / "image")
    assert camera().capture(tmp_path / "image") is not None
