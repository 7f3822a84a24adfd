"""For authors of drivers: the contract that every driver keeps, as tests to inherit (needs pytest)."""

from __future__ import annotations

from camera_agent.testing.contract import DriverContract

__all__ = ["DriverContract"]
