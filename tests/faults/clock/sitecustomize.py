"""Loaded by every Python under the moved clock: sleeps by waiting for nothing.

Since 3.11 Python sleeps until a moment of the monotonic clock (clock_nanosleep(2)), and libfaketime 0.9.10
reckons with the moved clock there although it leaves the monotonic one alone: the call then fails.
"""

from __future__ import annotations

import select
import time


def _sleep(seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        select.select([], [], [], left)


time.sleep = _sleep
