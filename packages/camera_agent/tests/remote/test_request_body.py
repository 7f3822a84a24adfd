from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.errors import PictureLost
from camera_agent.remote.request_body import (
    BURST_S,
    MIN_BLOCK,
    FilePart,
    FilePartReader,
    Throttle,
    TokenBucket,
)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "picture").write_bytes(bytes(range(256)) * 40)
    return tmp_path / "picture"


def test_it_reads_from_the_offset_to_the_end(path):
    with FilePartReader(FilePart(path=path, offset=10_000, size=10_240)) as reading:
        assert reading.read(100) == path.read_bytes()[10_000:10_100]
        assert reading.read(1000) == path.read_bytes()[10_100:]
        assert reading.read(1000) == b""


def test_what_grew_behind_the_size_is_not_sent(path):
    with FilePartReader(FilePart(path=path, offset=0, size=100)) as reading:
        assert len(reading.read(1000)) == 100
        assert reading.read(1000) == b""


def test_a_file_that_is_gone_or_too_short_is_lost(path, tmp_path):
    with (
        pytest.raises(PictureLost, match="No such file"),
        FilePartReader(FilePart(path=tmp_path / "x", offset=0, size=3)),
    ):
        pass
    with FilePartReader(FilePart(path=path, offset=0, size=10_250)) as reading:
        reading.read(20_000)
        with pytest.raises(PictureLost, match="10 bytes too short"):
            reading.read(20_000)


def test_a_limit_makes_small_blocks_and_waits_for_them(path):
    waits = []
    throttle = Throttle(waits.append)
    throttle.bucket = TokenBucket(4000)
    with FilePartReader(FilePart(path=path, offset=0, size=10_240), throttle=throttle) as reading:
        sizes = []
        while block := reading.read(1 << 16):
            sizes.append(len(block))
    assert max(sizes) == 1000
    assert sum(sizes) == 10_240
    assert max(waits) > 1


def test_blocks_never_get_tiny(path):
    throttle = Throttle(lambda _seconds: None)
    throttle.bucket = TokenBucket(10)
    assert throttle.block(1 << 16) == MIN_BLOCK


def test_a_second_is_there_at_once_and_then_bytes_come_as_they_flow_in():
    bucket = TokenBucket(1000)
    assert bucket.spend(1000, 10.0) == 0
    assert bucket.spend(500, 10.0) == 0.5
    assert bucket.spend(0, 10.5) == 0


def test_what_is_not_spent_does_not_pile_up():
    bucket = TokenBucket(1000)
    bucket.spend(0, 10.0)
    assert bucket.spend(2000, 1000.0) == 1.0


@given(
    rate=st.floats(min_value=1, max_value=1e7),
    blocks=st.lists(st.integers(min_value=0, max_value=100_000), min_size=1, max_size=50),
)
def test_whoever_waits_as_reported_never_exceeds_the_rate(rate, blocks):
    bucket, now, sent = TokenBucket(rate), 100.0, 0
    for block in blocks:
        now += bucket.spend(block, now)
        sent += block
        assert sent <= rate * (now - 100.0 + BURST_S) * (1 + 1e-9) + 1e-6
