"""Wait for a condition instead of for a time."""

from __future__ import annotations

import threading
import time


def wait_until(condition, *, within=20.0):
    until = time.monotonic() + within
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < until, f"not so within {within} s"
        tick.wait(0.01)
