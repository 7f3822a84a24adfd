from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camera_agent.link.token_bucket import BURST_S, TokenBucket


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
def test_whoever_waits_as_told_never_exceeds_the_rate(rate, blocks):
    bucket, now, sent = TokenBucket(rate), 100.0, 0
    for block in blocks:
        now += bucket.spend(block, now)
        sent += block
        assert sent <= rate * (now - 100.0 + BURST_S) * (1 + 1e-9) + 1e-6
