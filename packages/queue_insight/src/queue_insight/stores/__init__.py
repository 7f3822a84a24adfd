"""Stores of the collector's state."""

from __future__ import annotations
