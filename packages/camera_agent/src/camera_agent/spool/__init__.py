"""Captures that wait for delivery, safe against power loss at any byte."""

from __future__ import annotations

from camera_agent.spool.store import Counts, Recovery, Refusal, Spool

__all__ = ["Counts", "Recovery", "Refusal", "Spool"]
