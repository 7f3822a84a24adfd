from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from timelapse.rendering.pipeline.mp4 import read_mp4

if TYPE_CHECKING:
    from pathlib import Path


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def index(*, version: int = 0, steps: tuple[tuple[int, int], ...] = ((7, 512),)) -> bytes:
    if version == 0:
        mdhd = bytes(4) + struct.pack(">IIII", 0, 0, 15360, 3584)
    else:
        mdhd = bytes([1, 0, 0, 0]) + struct.pack(">QQIQ", 0, 0, 15360, 3584)
    stts = bytes(4) + struct.pack(">I", len(steps)) + b"".join(struct.pack(">II", *step) for step in steps)
    stsz = bytes(4) + struct.pack(">II", 0, 7)
    table = box(b"stbl", box(b"stts", stts) + box(b"stsz", stsz))
    return box(b"moov", box(b"trak", box(b"mdia", box(b"mdhd", mdhd) + box(b"minf", table))))


@pytest.fixture
def movie(tmp_path: Path) -> Path:
    return tmp_path / "movie.mp4"


@pytest.mark.parametrize("version", [0, 1])
def test_the_index_has_count_duration_and_exact_rate(movie: Path, version: int) -> None:
    movie.write_bytes(box(b"ftyp") + index(version=version) + long_box(b"mdat", b"frames"))
    found = read_mp4(movie)
    assert found.moov_first
    assert found.samples == 7
    assert found.duration_s == pytest.approx(7 / 30)
    assert found.rate == Fraction(30)


def test_an_index_behind_the_pictures_is_reported(movie: Path) -> None:
    movie.write_bytes(box(b"ftyp") + box(b"mdat", b"frames") + index())
    assert not read_mp4(movie).moov_first


@pytest.mark.parametrize("steps", [((3, 512), (4, 1024)), ((7, 0),)])
def test_uneven_frames_have_no_rate(movie: Path, steps: tuple[tuple[int, int], ...]) -> None:
    movie.write_bytes(index(steps=steps) + box(b"mdat"))
    assert read_mp4(movie).rate is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no index"),
        (box(b"ftyp") + box(b"mdat", b"frames"), "no index"),
        (index(), "no pictures"),
        (box(b"moov") + box(b"mdat"), "without mdhd, stsz, stts"),
        (box(b"moov", struct.pack(">I4s", 2, b"trak")) + box(b"mdat"), "2 bytes long"),
        (struct.pack(">I4s", 3, b"ftyp"), "3 bytes long"),
    ],
)
def test_a_broken_file_is_refused_with_what_is_missing(movie: Path, content: bytes, said: str) -> None:
    movie.write_bytes(content)
    with pytest.raises(ValueError, match=said):
        read_mp4(movie)


def test_a_last_box_without_a_length_reaches_to_the_end(movie: Path) -> None:
    movie.write_bytes(index() + struct.pack(">I4s", 0, b"mdat") + b"frames")
    assert read_mp4(movie).moov_first
