from __future__ import annotations

import pytest

from camera_agent.backoff import MAX_S, Backoff


def test_waits_double_up_to_a_minute_and_begin_anew_after_a_success():
    backoff = Backoff(draw=lambda: 1.0)
    waits = [backoff.wait_s() for _ in range(10)]
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == MAX_S
    backoff.succeeded()
    assert backoff.wait_s() == 0.5


@pytest.mark.parametrize("draw", [0.0, 0.5, 1.0])
def test_jitter_never_takes_more_than_half(draw):
    backoff = Backoff(draw=lambda: draw)
    assert 0.25 <= backoff.wait_s() <= 0.5


def test_ten_thousand_failures_overflow_nothing():
    backoff = Backoff(draw=lambda: 1.0)
    backoff.failures = 10_000
    assert backoff.wait_s() == MAX_S
