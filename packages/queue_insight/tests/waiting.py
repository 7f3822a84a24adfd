"""The one way to wait in this suite: poll a condition until a deadline."""

from __future__ import annotations

import time


def wait_until(condition, seconds=30.0):
    """Return the first true value of `condition()`; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"the condition was not met in {seconds:g} s; it was {value!r}"
        time.sleep(0.01)
    return value
