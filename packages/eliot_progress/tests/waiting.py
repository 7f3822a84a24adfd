"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import time


def until(condition, seconds=10.0):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)
    return value
