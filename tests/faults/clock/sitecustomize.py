"""Loaded by every Python with a changed clock: replaces ``time.sleep`` by a ``select`` without files.

Since 3.11 Python sleeps until a moment of the monotonic clock (clock_nanosleep(2)), and libfaketime 0.9.10
uses the changed clock there although it does not change the monotonic one: the call then fails.
"""

from __future__ import annotations

import select
import time


def _sleep(seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        select.select([], [], [], left)


time.sleep = _sleep
