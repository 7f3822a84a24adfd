"""Where the newest state of each task is kept."""

from __future__ import annotations
