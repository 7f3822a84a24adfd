"""Timelapses: which camera captures what, from when to when."""

from __future__ import annotations
