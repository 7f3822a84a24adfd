"""The `camera-agent` command."""

from __future__ import annotations
