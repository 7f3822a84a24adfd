"""Footage in, movie out, from the command line."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from . import movies

ROOT = Path(__file__).parents[2]


def film(home, footage, out, *arguments):
    return subprocess.run(
        ["./dev", "film", str(footage), "--out", str(out), *arguments],
        cwd=ROOT,
        env=os.environ | {"TIMELAPSE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "movie.mp4"


def test_the_movie_has_all_frames_in_order_and_similar_to_their_source(tmp_path, home, out):
    pictures = movies.extract(movies.FOOTAGE / "bikes.mp4", tmp_path / "bikes", frames=120)
    done = film(home, pictures, out)
    assert done.returncode == 0, done.stderr
    assert "120 frames, 4.00 s at 30 fps, 1280x720" in done.stdout
    movie = movies.probe(out)
    assert (movie.frames, movie.fps, movie.size, movie.pixels) == (120, 30, "1280x720", "yuv420p")
    assert movie.duration == pytest.approx(4.0, abs=0.05)
    similarity = movies.similarity(out, pictures, "1280x720")
    assert len(similarity) == 120
    assert min(similarity) >= 0.95
    boxes = movies.boxes(out)
    assert boxes.index("moov") < boxes.index("mdat")


def test_a_video_can_be_converted_to_another_rate(home, out):
    done = film(home, movies.FOOTAGE / "carphone_pristine.mp4", out, "--fps", "24", "--size", "640x480")
    assert done.returncode == 0, done.stderr
    movie = movies.probe(out)
    assert (movie.fps, movie.size) == (24, "640x480")
    assert movie.frames == movies.probe(movies.FOOTAGE / "carphone_pristine.mp4").frames


def test_unusable_pictures_are_named_and_left_out(tmp_path, home, out):
    pictures = movies.extract(movies.FOOTAGE / "bikes.mp4", tmp_path / "mixed", frames=12, size="640x360")
    Image.new("RGB", (900, 300), "teal").save(pictures / "00003.jpg")
    turned = Image.new("RGB", (360, 640), "maroon")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(pictures / "00005.jpg", exif=exif)
    whole = (pictures / "00007.jpg").read_bytes()
    (pictures / "00007.jpg").write_bytes(whole[: len(whole) // 2])
    done = film(home, pictures, out)
    assert done.returncode == 0, done.stderr
    assert "Left out 00007.jpg: It ends early, as when a copy was interrupted." in done.stderr
    assert "The pictures are in the order of their names, because" in done.stderr
    assert movies.probe(out).frames == 11


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def not_a_picture(path: Path) -> Path:
    path.write_text("<html>not a picture</html>")
    return path


@pytest.mark.parametrize(
    ("footage", "message"),
    [
        (lambda tmp: tmp / "nowhere", "There is no .*nowhere"),
        (lambda tmp: empty(tmp / "empty"), "no pictures"),
        (lambda tmp: not_a_picture(tmp / "page.jpg"), "page.jpg"),
    ],
    ids=["no such folder", "an empty folder", "no picture"],
)
def test_unusable_input_is_rejected_with_one_sentence(tmp_path, home, out, footage, message):
    done = film(home, footage(tmp_path), out)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert re.search(message, last), done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
    assert list(home.glob("film/*")) == []


def test_a_full_disk_is_reported_in_one_sentence_and_leaves_no_movie(tmp_path, home):
    """The movie does not fit on a real file system of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("Mounting a small file system needs root.")
    try:
        pictures = movies.extract(movies.FOOTAGE / "bikes.mp4", tmp_path / "bikes", frames=30)
        done = film(home, pictures, disk / "movie.mp4")
        assert done.returncode == 1
        assert "No space left on device" in done.stderr.strip().splitlines()[-1]
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)
