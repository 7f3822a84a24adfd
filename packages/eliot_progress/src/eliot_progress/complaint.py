"""Complaints to whoever runs the process, on standard error."""

from __future__ import annotations

import sys
from contextlib import suppress


def complain(sentence: str) -> None:
    """Write a sentence to standard error. Never raises: a daemon may have closed it, or have none."""
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(f"eliot_progress: {sentence}\n")
