"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import time


def until(condition, seconds=10.0):
    """Return the first true value of `condition()`; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"the condition was not met in {seconds:g} s; it was {value!r}"
        time.sleep(0.005)
    return value
