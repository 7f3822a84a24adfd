from __future__ import annotations

from eliot_progress.throttle import Throttle


def test_the_first_passes_at_once_and_then_one_an_interval():
    throttle = Throttle(1.0)
    assert [now for now in (0.0, 0.5, 0.9, 1.0, 1.5, 7.0, 7.5, 8.0) if throttle.allow(now)] == [
        0.0,
        1.0,
        7.0,
        8.0,
    ]
