"""Stores of the newest state of each task."""

from __future__ import annotations
