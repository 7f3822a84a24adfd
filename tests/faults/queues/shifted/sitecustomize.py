"""Loaded by every Python that finds it in its path: `time.time` is off by CLOCK_OFFSET_S seconds."""

from __future__ import annotations

import os
import time

_OFFSET_S = float(os.environ.get("CLOCK_OFFSET_S", "0"))
_true_time = time.time


def _shifted() -> float:
    return _true_time() + _OFFSET_S


time.time = _shifted
