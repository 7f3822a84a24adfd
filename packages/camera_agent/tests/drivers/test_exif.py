from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from camera_agent.drivers.exif import capture_time, parse

ORIGINAL, SUBSECOND, OFFSET = 0x9003, 0x9291, 0x9011


def picture(path, values):
    exif = Image.Exif()
    exif.get_ifd(0x8769).update(values)
    Image.new("RGB", (8, 8)).save(path, exif=exif)
    return path


@pytest.fixture
def in_new_york(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", ["a.jpg", "a.webp"])
def test_the_cameras_time_is_read_with_decimals_and_offset(tmp_path, name):
    values = {ORIGINAL: "2026:11:28 14:03:59", SUBSECOND: "25", OFFSET: "+01:00"}
    found = capture_time(picture(tmp_path / name, values))
    assert found == datetime(2026, 11, 28, 13, 3, 59, 250_000, tzinfo=UTC)


def test_a_time_without_an_offset_is_in_this_computers_zone(tmp_path, in_new_york):
    summer = capture_time(picture(tmp_path / "a.jpg", {ORIGINAL: "2026:07:01 08:00:00"}))
    winter = capture_time(picture(tmp_path / "b.jpg", {ORIGINAL: "2026:12:01 08:00:00"}))
    assert summer == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert winter == datetime(2026, 12, 1, 13, tzinfo=UTC)


def test_a_picture_without_a_time_has_none(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    assert capture_time(tmp_path / "a.jpg") is None
    assert capture_time(tmp_path / "b.jpg") is None
    assert capture_time(tmp_path / "gone.jpg") is None


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "0000:00:00 00:00:00", "    :  :     :  :  ", "1904:01:01 00:00:00", "2026-11-28 14:03:59"],
)
def test_what_cameras_write_when_they_dont_know_the_time_is_none(text):
    assert parse(text, "12", "+01:00") is None


@pytest.mark.parametrize(
    ("offset", "behind"),
    [("Z", 0), ("+00:00", 0), ("-05:00", -5), ("+14:00", 14), ("+01:00\0", 1)],
)
def test_an_offset_is_taken_as_it_is_written(offset, behind):
    assert parse("2026:11:28 14:00:00", None, offset) == datetime(2026, 11, 28, 14, tzinfo=UTC) - timedelta(
        hours=behind
    )


@pytest.mark.parametrize(
    ("decimals", "microsecond"), [("5", 500_000), ("123", 123_000), ("1234567", 123_456), ("x", 0)]
)
def test_decimals_of_a_second_have_any_length(decimals, microsecond):
    found = parse("2026:11:28 14:00:00", decimals, "Z")
    assert found is not None
    assert found.microsecond == microsecond
