from __future__ import annotations

import pytest

from camera_agent.errors import PictureLost
from camera_agent.link.bucket import Bucket
from camera_agent.link.reading import SMALLEST, Body, Pace, Reading


@pytest.fixture
def path(tmp_path):
    (tmp_path / "picture").write_bytes(bytes(range(256)) * 40)
    return tmp_path / "picture"


def test_it_reads_from_the_offset_to_the_end(path):
    with Reading(Body(path=path, offset=10_000, size=10_240)) as reading:
        assert reading.read(100) == path.read_bytes()[10_000:10_100]
        assert reading.read(1000) == path.read_bytes()[10_100:]
        assert reading.read(1000) == b""


def test_what_grew_behind_the_size_is_not_sent(path):
    with Reading(Body(path=path, offset=0, size=100)) as reading:
        assert len(reading.read(1000)) == 100
        assert reading.read(1000) == b""


def test_a_file_that_is_gone_or_too_short_is_lost(path, tmp_path):
    with (
        pytest.raises(PictureLost, match="No such file"),
        Reading(Body(path=tmp_path / "x", offset=0, size=3)),
    ):
        pass
    with Reading(Body(path=path, offset=0, size=10_250)) as reading:
        reading.read(20_000)
        with pytest.raises(PictureLost, match="10 bytes too short"):
            reading.read(20_000)


def test_a_limit_makes_small_blocks_and_waits_for_them(path):
    waits = []
    pace = Pace(waits.append)
    pace.bucket = Bucket(4000)
    with Reading(Body(path=path, offset=0, size=10_240), pace=pace) as reading:
        sizes = []
        while block := reading.read(1 << 16):
            sizes.append(len(block))
    assert max(sizes) == 1000
    assert sum(sizes) == 10_240
    assert max(waits) > 1


def test_blocks_never_get_tiny(path):
    pace = Pace(lambda _seconds: None)
    pace.bucket = Bucket(10)
    assert pace.block(1 << 16) == SMALLEST
