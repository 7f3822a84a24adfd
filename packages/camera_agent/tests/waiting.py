"""The one way to wait in these tests: poll a condition until a deadline."""

from __future__ import annotations

import time


def wait_until(condition, what, seconds=60.0):
    """Call `condition` until it returns something true, and return that; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.02)
    return result
