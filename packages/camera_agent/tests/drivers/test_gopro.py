from __future__ import annotations

import time

import pytest

from camera_agent.drivers.gopro import GoproDriver, KeepAlive, Timing
from camera_agent.drivers.gopro_http import Address
from camera_agent.errors import BadInput, DriverError
from tests.conftest import jpeg
from tests.doubles.gopro import FakeGopro


class Time:
    """A time that passes when someone sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def gopro():
    with FakeGopro() as gopro:
        yield gopro


@pytest.fixture
def driver(gopro):
    passing = Time()
    driver = GoproDriver(Timing(sleep=passing.sleep, now=lambda: passing.now))
    yield driver
    driver.close()


def test_opening_sets_its_clock_and_chooses_photos(gopro, driver):
    assert driver.open({"address": gopro.address}).model == "HERO12 Black"
    assert gopro.presets == "1001"
    assert gopro.date[:2] == "20"


def test_a_photo_is_taken_waited_for_downloaded_and_removed(gopro, driver, tmp_path):
    driver.open({"address": gopro.address})
    image = driver.capture(tmp_path / "image")
    assert (image.filename, image.filetype) == ("GOPR9998.JPG", "image/jpeg")
    assert (tmp_path / "image").read_bytes() == jpeg(9998 % 256) + bytes(200_000)
    assert gopro.files == {}
    assert gopro.kept_alive == 1


def test_names_that_roll_over_into_the_next_folder_are_found(gopro, driver, tmp_path):
    driver.open({"address": gopro.address, "keep": True})
    names = [driver.capture(tmp_path / "image").filename for _ in range(3)]
    assert names == ["GOPR9998.JPG", "GOPR9999.JPG", "GOPR0001.JPG"]
    assert sorted(path[:8] for path in gopro.files) == ["100GOPRO", "100GOPRO", "101GOPRO"]


def test_a_download_that_breaks_goes_on_where_it_broke(gopro, driver, tmp_path):
    driver.open({"address": gopro.address})
    gopro.break_downloads = 3
    driver.capture(tmp_path / "image")
    assert gopro.ranges == ["", "bytes=50000-", "bytes=100000-", "bytes=150000-"]
    assert (tmp_path / "image").read_bytes() == jpeg(9998 % 256) + bytes(200_000)


@pytest.mark.parametrize("wrong_by", [-70_000, 70_000])
def test_a_length_that_is_wrong_never_leaves_part_of_a_picture(gopro, driver, tmp_path, wrong_by):
    driver.open({"address": gopro.address})
    gopro.wrong_by = wrong_by
    driver.capture(tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == jpeg(9998 % 256) + bytes(200_000)
    assert gopro.files == {}


def test_a_file_that_is_longer_than_listed_is_not_taken(gopro, driver, tmp_path, monkeypatch):
    driver.open({"address": gopro.address})
    monkeypatch.setattr("tests.doubles.gopro.LISTED", 100)
    with pytest.raises(DriverError, match="broke 5 times"):
        driver.capture(tmp_path / "image")
    assert len(gopro.files) == 1


def test_a_download_that_breaks_for_ever_is_given_up(gopro, driver, tmp_path):
    driver.open({"address": gopro.address})
    gopro.break_downloads, gopro.piece = 100, 10_000
    with pytest.raises(DriverError, match="broke 5 times"):
        driver.capture(tmp_path / "image")


def test_a_camera_that_stays_busy_is_given_up_after_its_time(gopro, driver, tmp_path):
    driver.open({"address": gopro.address})
    gopro.busy = 10_000
    with pytest.raises(DriverError, match="busy"):
        driver.capture(tmp_path / "image")


def test_a_image_that_was_not_stored_is_reported(gopro, driver, tmp_path):
    driver.open({"address": gopro.address})
    gopro.stores = False
    with pytest.raises(DriverError, match="stored no photo"):
        driver.capture(tmp_path / "image")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [("33", 1, "card is full"), ("33", 2, "card is missing"), ("6", 1, "too hot")],
)
def test_what_keeps_it_from_storing_is_reported(gopro, driver, tmp_path, key, value, message):
    driver.open({"address": gopro.address})
    gopro.status[key] = value
    with pytest.raises(DriverError, match=message):
        driver.capture(tmp_path / "image")


def test_its_health_is_battery_and_card(gopro, driver):
    driver.open({"address": gopro.address})
    assert driver.health() == {"battery_percent": 88, "card_free_bytes": 1_024_000}


def test_between_captures_it_is_kept_awake(gopro):
    awake = KeepAlive(Address.of({"address": gopro.address}), every_s=0.01)
    deadline = time.monotonic() + 30
    while gopro.kept_alive < 3:
        assert time.monotonic() < deadline
    gopro.busy = 2  # it refuses, and is called again
    gopro.kept_alive = 0
    while gopro.busy:
        gopro.look()
    while not gopro.kept_alive:
        assert time.monotonic() < deadline
    awake.close()


def test_a_camera_asleep_is_reported_with_what_to_do(driver):
    with pytest.raises(DriverError, match="Switch it on"):
        driver.open({"address": "127.0.0.1:9"})


def test_it_must_be_opened_first(driver, tmp_path):
    with pytest.raises(BadInput):
        driver.capture(tmp_path / "image")
