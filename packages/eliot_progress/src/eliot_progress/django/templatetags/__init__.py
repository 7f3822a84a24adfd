"""Template tags of eliot_progress."""

from __future__ import annotations
