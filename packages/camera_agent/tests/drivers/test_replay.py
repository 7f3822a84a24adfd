from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camera_agent.drivers.replay import ReplayDriver
from camera_agent.errors import BadInput
from tests.conftest import jpeg
from tests.drivers.test_exif import OFFSET, ORIGINAL, picture
from tests.drivers.test_video import video  # noqa: F401 - a fixture


def replayed(source, tmp_path):
    driver = ReplayDriver()
    description = driver.open({"source": str(source)})
    names, contents = [], []
    while image := driver.capture(tmp_path / "image"):
        names.append(image.filename)
        contents.append((tmp_path / "image").read_bytes())
    driver.close()
    assert driver.health() == {}
    return description, names, contents


def test_a_folder_comes_in_natural_order_byte_for_byte(folder, tmp_path):
    description, names, contents = replayed(folder, tmp_path)
    assert names == [f"img{number}.jpg" for number in range(1, 13)]
    assert contents == [jpeg(number * 20) for number in range(1, 13)]
    assert (description.finite, description.total) == (True, 12)


def test_pictures_with_capture_times_come_in_their_order_and_carry_them(tmp_path):
    card = tmp_path / "DCIM" / "100NIKON"
    card.mkdir(parents=True)
    for name, second in (("DSC_0001.JPG", 2), ("DSC_9998.JPG", 0), ("DSC_9999.JPG", 1)):
        picture(card / name, {ORIGINAL: f"2026:11:28 12:00:0{second}", OFFSET: "+00:00"})
    driver = ReplayDriver()
    description = driver.open({"source": str(tmp_path / "DCIM")})
    captured = [driver.capture(tmp_path / "image") for _ in range(3)]
    driver.close()
    assert [image.filename for image in captured] == ["DSC_9998.JPG", "DSC_9999.JPG", "DSC_0001.JPG"]
    noon = int(datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp())
    assert [image.captured_ns for image in captured] == [(noon + second) * 10**9 for second in (0, 1, 2)]
    assert description.note == "The pictures are in the order of their capture times."


def test_pictures_in_the_order_of_their_names_carry_no_times(folder, tmp_path):
    picture(folder / "img3.jpg", {ORIGINAL: "2026:11:28 12:00:00"})
    driver = ReplayDriver()
    description = driver.open({"source": str(folder)})
    assert "because 11 of 12 have no capture time" in description.note
    assert [driver.capture(tmp_path / "image").captured_ns for _ in range(12)] == [None] * 12


def test_a_single_picture_is_a_source_of_one(folder, tmp_path):
    assert replayed(folder / "img7.jpg", tmp_path)[1] == ["img7.jpg"]


def test_a_video_gives_its_frames_numbered(video, tmp_path):  # noqa: F811 - the fixture
    description, names, contents = replayed(video, tmp_path)
    assert description.total == len(names) == len(set(contents)) == 30
    assert names[0] == "card-000001.jpg"


@pytest.mark.parametrize(
    ("source", "message"),
    [("", "needs a source"), ("gone", "There is no"), ("empty.mp4", "The file is empty")],
)
def test_a_source_that_cant_be_replayed_is_refused(tmp_path, source, message):
    (tmp_path / "empty.mp4").write_text("")
    with pytest.raises(BadInput, match=message):
        ReplayDriver().open({"source": str(tmp_path / source) if source else ""})
