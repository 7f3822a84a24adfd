"""The `camera-agent` command."""

from __future__ import annotations

from camera_agent.cli.dispatch import main

__all__ = ["main"]
