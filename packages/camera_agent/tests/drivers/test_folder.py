from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from camera_agent.drivers.folder import filetype_in, pictures
from camera_agent.errors import BadInput
from tests.conftest import jpeg


def test_what_is_no_picture_is_left_out_by_name(folder):
    (folder / "notes.txt").write_text("hello")
    (folder / "empty.jpg").write_text("")
    (folder / "fake.jpg").write_text("I am a picture, believe me.")
    (folder / ".hidden.jpg").write_text("")
    (folder / "Thumbs.db").write_text("x")
    (folder / "below").mkdir()
    found, skipped = pictures(folder)
    assert len(found) == 12
    codes = {one.name: one.code for one in skipped}
    assert codes == {"notes.txt": "not_a_picture", "empty.jpg": "empty", "fake.jpg": "not_a_picture"}


def test_the_folders_of_a_card_are_read_and_what_lies_beside_pictures_is_passed_over(tmp_path):
    for place in ("DCIM/101CANON", "DCIM/100CANON", "DCIM/.trash", "MISC"):
        (tmp_path / place).mkdir(parents=True)
    for path in ("DCIM/100CANON/IMG_2.JPG", "DCIM/100CANON/IMG_10.JPG", "DCIM/101CANON/IMG_2.JPG"):
        (tmp_path / path).write_bytes(jpeg())
    for path in ("DCIM/.trash/IMG_1.JPG", "DCIM/100CANON/._IMG_2.JPG", "DCIM/100CANON/MVI_3.THM"):
        (tmp_path / path).write_bytes(jpeg())
    (tmp_path / "DCIM/100CANON/IMG_2.xmp").write_text("<x:xmpmeta/>")
    for path in ("DCIM/100CANON/IMG_2.CR2", "DCIM/101CANON/IMG_3.CR2"):
        (tmp_path / path).write_bytes(b"II*\0raw")
    found, skipped = pictures(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path, _ in found] == [
        "DCIM/100CANON/IMG_2.JPG",
        "DCIM/100CANON/IMG_10.JPG",
        "DCIM/101CANON/IMG_2.JPG",
        "DCIM/101CANON/IMG_3.CR2",
    ]
    assert [(one.name, one.code) for one in skipped] == [("IMG_2.CR2", "raw_twin")]


def test_a_folder_that_links_to_itself_has_an_end(folder):
    (folder / "again").symlink_to(folder)
    assert len(pictures(folder)[0]) == 12


def test_a_truncated_picture_is_still_sent_for_the_server_to_judge(folder):
    (folder / "img3.jpg").write_bytes(jpeg()[:200])
    assert len(pictures(folder)[0]) == 12


def test_a_folder_without_pictures_is_bad_input(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(BadInput, match="There are no pictures in"):
        pictures(tmp_path)


@pytest.fixture
def nobody():
    """Root may read everything, so root becomes nobody for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.fixture
def open_folder():
    """A folder that everybody may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_picture_that_may_not_be_read_is_left_out(open_folder, request):
    for name in ("img1.jpg", "img2.jpg"):
        (open_folder / name).write_bytes(jpeg())
        (open_folder / name).chmod(0o644)
    (open_folder / "img1.jpg").chmod(0)
    request.getfixturevalue("nobody")
    found, skipped = pictures(open_folder)
    assert len(found) == 1
    assert [(one.name, one.code) for one in skipped] == [("img1.jpg", "unreadable")]


def test_a_picture_that_is_gone_is_unreadable(tmp_path):
    assert filetype_in(tmp_path / "gone.jpg").code == "unreadable"
