from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from camera_agent.drivers.replay import ReplayDriver, _frames_of
from camera_agent.errors import BadInput
from tests.conftest import jpeg
from tests.drivers.test_exif import OFFSET, ORIGINAL, picture
from tests.drivers.test_video import made, video  # noqa: F401 - a fixture


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


def test_the_frames_of_a_video_are_as_far_apart_as_in_it(video, tmp_path):  # noqa: F811 - the fixture
    chosen = "select='lt(mod(n,10),2)'"
    path = made(tmp_path / "uneven.mp4", "-i", str(video), "-vf", chosen, "-fps_mode", "vfr")
    os.utime(path, ns=(0, 1_764_000_000 * 10**9))
    driver = ReplayDriver()
    driver.open({"source": str(path)})
    captured = [driver.capture(tmp_path / "image").captured_ns for _ in range(6)]
    driver.close()
    apart = [(moment / 1e9 - 1_764_000_000) * 15 for moment in captured]
    assert apart == pytest.approx([0, 1, 10, 11, 20, 21], abs=0.02)


def test_a_frame_without_a_time_comes_right_after_the_one_before(tmp_path):
    class Timeless:
        def frames(self):
            yield from ((b"", time) for time in (None, None, 0.5, None, 0.2, 1.0))

    (tmp_path / "odd.mkv").write_bytes(b"")
    os.utime(tmp_path / "odd.mkv", ns=(0, 10**18))
    moments = [image.captured_ns - 10**18 for image, _ in _frames_of(Timeless(), tmp_path / "odd.mkv")]
    half = 500_000_000
    assert moments == [0, 1000, half, half + 1000, half + 2000, 2 * half]


@pytest.mark.parametrize(
    ("source", "message"),
    [("", "needs a source"), ("gone", "There is no"), ("empty.mp4", "The file is empty")],
)
def test_a_source_that_cant_be_replayed_is_refused(tmp_path, source, message):
    (tmp_path / "empty.mp4").write_text("")
    with pytest.raises(BadInput, match=message):
        ReplayDriver().open({"source": str(tmp_path / source) if source else ""})
